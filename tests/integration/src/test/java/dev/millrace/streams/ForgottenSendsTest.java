package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.streams.sending.RefusedSends;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.LogAndContinueProcessingExceptionHandler;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A result cannot be sent. Kafka Streams throws the failure when it closes another task or sends
 * another record, and then forgets it. The record of the result must not be committed.
 */
class ForgottenSendsTest extends GivenUpTasks {

  /** What the task does on a record. */
  private static final byte NOTHING = 0;

  private static final byte SENDS = 1;
  private static final byte SENDS_TOO_MUCH = 2;
  private static final byte SENDS_IN_VAIN = 3;

  private static final int TOO_LARGE = 2 << 20;

  private final String output = topic + "-output";
  private final String deadLetters = topic + "-dead-letters";
  private final AtomicInteger processed = new AtomicInteger();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  private final class Scripted extends ContextualFixedKeyProcessor<byte[], byte[], byte[]> {
    @Override
    public void process(FixedKeyRecord<byte[], byte[]> record) {
      byte what = record.value()[0];
      if (what != NOTHING) {
        context().forward(what == SENDS_TOO_MUCH ? record.withValue(new byte[TOO_LARGE]) : record);
      }
      processed.incrementAndGet();
    }
  }

  @BeforeEach
  void build() throws Exception {
    try (Admin admin = Admin.create(kafka)) {
      admin
          .createTopics(
              List.of(new NewTopic(output, 1, (short) 1), new NewTopic(deadLetters, 1, (short) 1)))
          .all()
          .get();
    }
    properties.put(StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG, RefusedSends.class);
    properties.put(StreamsConfig.producerPrefix("max.block.ms"), 2_000);
    input()
        .processValues(Scripted::new)
        .peek((key, value) -> {}) // its exception handler is asked about a failed send
        .to(
            (key, value, context) -> value[0] == SENDS_IN_VAIN ? topic + "-missing" : output,
            Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
  }

  /** Sends records that a {@link Scripted} task obeys. They arrive together. */
  private void tell(int partition, byte... whats) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (byte what : whats) {
        var unused =
            producer.send(new ProducerRecord<>(topic, partition, new byte[1], new byte[] {what}));
      }
    }
  }

  /** Both tasks have records to commit. Kafka Streams closes the first task first. */
  @ParameterizedTest
  @CsvSource({
    "classic, " + SENDS + ", true",
    "classic, " + SENDS_TOO_MUCH + ", false",
    "classic, " + SENDS_IN_VAIN + ", false",
    "streams, " + SENDS + ", true",
    "streams, " + SENDS_TOO_MUCH + ", false",
    "streams, " + SENDS_IN_VAIN + ", false"
  })
  void record_isCommitted_whenTheClientCloses_onlyIfItsResultWasSent(
      String protocol, byte what, boolean sent) throws Exception {
    properties.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, protocol);
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 3_600_000);
    try (KafkaStreams streams = start(StreamsConfig.AT_LEAST_ONCE, "one")) {
      await().atMost(PATIENCE).until(() -> processed.get() == PARTITIONS * RECORDS);
      tell(1, what);
      await().atMost(PATIENCE).until(() -> processed.get() == PARTITIONS * RECORDS + 1);
    }

    assertThat(committed().contains(RECORDS + 1L)).isEqualTo(sent);
  }

  private KafkaStreams startFailing(StreamThreadExceptionResponse response) {
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 2_000);
    configure(StreamsConfig.AT_LEAST_ONCE, "one");
    PromptClients clients = new PromptClients();
    KafkaStreams streams = new KafkaStreams(builder.build(), properties, clients);
    streams.setUncaughtExceptionHandler(
        clients.leavingGroup(
            failure -> {
              failures.add(failure);
              return response;
            }));
    streams.start();
    return streams;
  }

  /** The handler drops the next record, and Kafka Streams goes on. */
  @Test
  void record_isNotCommitted_ifAHandlerIgnoresThatItsResultWasNotSent() throws Exception {
    properties.put(
        StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG,
        LogAndContinueProcessingExceptionHandler.class);
    try (KafkaStreams streams = startFailing(StreamThreadExceptionResponse.SHUTDOWN_CLIENT)) {
      await().atMost(PATIENCE).until(() -> committed().equals(Set.of((long) RECORDS)));
      tell(0, SENDS_TOO_MUCH, SENDS);
      await()
          .atMost(PATIENCE)
          .until(() -> !failures.isEmpty() || committed().contains(RECORDS + 2L));
    }

    assertThat(committed()).containsExactly((long) RECORDS);
  }

  /** Kafka Streams throws the failure when it sends the next record, and asks the handler. */
  @Test
  void recordBehindAResultThatWasNotSent_isNoDeadLetter_howeverOftenItFails() throws Exception {
    properties.put(
        StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, DeadLetterBadImages.class);
    properties.put(StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG, deadLetters);
    try (KafkaStreams streams = startFailing(StreamThreadExceptionResponse.REPLACE_THREAD)) {
      await().atMost(PATIENCE).until(() -> committed().equals(Set.of((long) RECORDS)));
      tell(0, SENDS_TOO_MUCH, SENDS);
      await()
          .atMost(PATIENCE)
          .until(() -> failures.size() > RecordFailures.MOST || deadLetters() > 0);
    }

    assertThat(deadLetters()).isZero();
    assertThat(committed()).containsExactly((long) RECORDS);
  }

  private long deadLetters() {
    try (KafkaConsumer<byte[], byte[]> reader =
        new KafkaConsumer<>(kafka, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      TopicPartition partition = new TopicPartition(deadLetters, 0);
      return reader.endOffsets(List.of(partition)).get(partition);
    }
  }
}
