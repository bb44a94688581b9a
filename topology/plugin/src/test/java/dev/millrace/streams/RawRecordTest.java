package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.events.ImageEvent;
import dev.millrace.events.ImageReference;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RawRecordTest {

  private static final byte[] BYTES = "photo".getBytes(StandardCharsets.UTF_8);
  private static final TopicPartition PARTITION = new TopicPartition("photos", 2);
  private static final RawRecord AGAIN = new RawRecord(null, BYTES);
  private static final Map<String, Object> STREAMS =
      Map.of("application.id", "test", "bootstrap.servers", "nowhere:1");

  static Stream<Object> kinds() {
    return Stream.of(
        BYTES, Bytes.wrap(BYTES), ByteBuffer.wrap(BYTES), "photo", new ImageEvent.Encoded(BYTES));
  }

  private static Headers contentType(String type) {
    return new RecordHeaders().add("content-type", type.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void valueThatIsItsBytes_isWrittenAgain(Object value) {
    RawRecord raw = RawRecord.written(null, value, new RecordHeaders()).orElseThrow();

    assertThat(raw.key()).isNull();
    assertThat(raw.value()).isEqualTo(BYTES);
    assertThat(RawRecord.written("photo", value, contentType("image/png")).orElseThrow().key())
        .isEqualTo(BYTES);
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "application/cloudevents+json", "text/plain"})
  void eventThatMayHoldMoreThanItsImage_isReadAgain(String type) {
    ImageEvent event = new ImageEvent.Encoded(BYTES);
    Headers otherCase =
        new RecordHeaders().add("Content-Type", type.getBytes(StandardCharsets.UTF_8));
    assertThat(RawRecord.written("key", event, contentType(type))).isEmpty();
    assertThat(RawRecord.written("key", event, otherCase)).isEmpty();
  }

  @Test
  void bufferThatTheApplicationHasRead_isWrittenWhole() {
    ByteBuffer read = ByteBuffer.wrap(BYTES);
    read.get(new byte[BYTES.length]);

    assertThat(RawRecord.written(null, read, new RecordHeaders()).orElseThrow().value())
        .isEqualTo(BYTES);
  }

  @Test
  void textThatWasNotUtf8_isReadAgain() {
    String lossy = new String(new byte[] {(byte) 0xff}, StandardCharsets.UTF_8);

    assertThat(RawRecord.written(lossy, BYTES, new RecordHeaders())).isEmpty();
  }

  @Test
  void contentTypeWithoutAValue_isNone() {
    Headers headers = new RecordHeaders().add("content-type", null);

    assertThat(RawRecord.written(null, new ImageEvent.Encoded(BYTES), headers)).isPresent();
  }

  @Test
  void otherTypes_areReadAgain() {
    Headers none = new RecordHeaders();
    assertThat(RawRecord.written("key", 7L, none)).isEmpty();
    assertThat(RawRecord.written(7L, BYTES, none)).isEmpty();
    assertThat(RawRecord.written("key", new ImageEvent.Unreadable("no JSON"), none)).isEmpty();
  }

  /** Returns what Kafka Streams tells a handler, after it has dropped the bytes of the record. */
  private static ErrorHandlerContext withoutBytes() {
    return (ErrorHandlerContext)
        Proxy.newProxyInstance(
            RawRecordTest.class.getClassLoader(),
            new Class<?>[] {ErrorHandlerContext.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "topic" -> PARTITION.topic();
                  case "headers" -> new RecordHeaders();
                  default -> null;
                });
  }

  private static RawRecord withoutBytes(Object key, Object value) {
    return RawRecord.of(withoutBytes(), new Record<>(key, value, 0), () -> AGAIN);
  }

  /** Kafka Streams drops the bytes when it sends the record to another topic. */
  @Test
  @Tag("build-kafka") // older versions do not keep the bytes
  void recordThatWasCopied_isReadAgain() {
    ImageEvent image = new ImageEvent.Encoded(BYTES);

    assertThat(withoutBytes(null, image)).isSameAs(AGAIN);
    assertThat(withoutBytes("key", image)).isSameAs(AGAIN);
    assertThat(withoutBytes("key", null)).isSameAs(AGAIN);
  }

  @Test
  @Tag("build-kafka")
  void recordWithoutBytes_isNotReadAgain() {
    ImageEvent elsewhere =
        new ImageEvent.Referenced(new ImageReference("s3://images/cat.png", null));

    assertThat(withoutBytes(null, null)).isNotSameAs(AGAIN);
    assertThat(withoutBytes(null, elsewhere)).isNotSameAs(AGAIN);
    assertThat(RawRecord.of(withoutBytes(), null, () -> AGAIN)).isNotSameAs(AGAIN);
  }

  @Test
  @Tag("build-kafka") // MockConsumer has another constructor in older versions
  void sourceRecord_isReadFromItsPlace() {
    try (MockConsumer<byte[], byte[]> consumer = consumer(7)) {
      RawRecord raw = SourceRecord.read(STREAMS, PARTITION, 7, config -> consumer);

      assertThat(raw.key()).isEqualTo(new byte[] {7});
      assertThat(raw.value()).isEqualTo(BYTES);
      assertThat(consumer.closed()).isTrue();
    }
  }

  @Test
  @Tag("build-kafka")
  void sourceRecordThatWasDeleted_isAFailure() {
    try (MockConsumer<byte[], byte[]> consumer = consumer(8)) {
      assertThatThrownBy(() -> SourceRecord.read(STREAMS, PARTITION, 7, config -> consumer))
          .isInstanceOf(KafkaException.class)
          .hasMessageStartingWith("record photos-2@7 could not be read again for its dead letter");
    }
  }

  /** Creates a consumer whose partition holds one record, at the given offset. */
  private static MockConsumer<byte[], byte[]> consumer(long offset) {
    MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none");
    consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
    consumer.schedulePollTask(
        () ->
            consumer.addRecord(
                new ConsumerRecord<>(
                    PARTITION.topic(),
                    PARTITION.partition(),
                    offset,
                    new byte[] {(byte) offset},
                    BYTES)));
    return consumer;
  }
}
