package dev.millrace.streams.sending;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.core.files.Sha256;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.junit.jupiter.api.Test;

class DeadLetterTest {

  private static final long NOW = 1_800_000_000_000L;
  private static final TopicLimits USUAL = new TopicLimits(100_000, false, 3_600_000, 3_600_000);

  private byte[] key = bytes("cat.png");
  private byte[] value = bytes("no image");
  private long timestamp = NOW - 1_000;
  private List<Header> headers = List.of(new RecordHeader("traceparent", bytes("00-1-2-01")));

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private ProducerRecord<byte[], byte[]> letter(TopicLimits limits) {
    Headers original = new RecordHeaders(headers);
    ErrorHandlerContext context =
        (ErrorHandlerContext)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ErrorHandlerContext.class},
                (proxy, method, arguments) ->
                    switch (method.getName()) {
                      case "topic" -> "images";
                      case "partition" -> 3;
                      case "offset" -> 42L;
                      case "timestamp" -> timestamp;
                      case "headers" -> original;
                      default -> throw new AssertionError(method);
                    });
    ProducerRecord<byte[], byte[]> letter =
        DeadLetter.of(
            "dead", context, key, value, new IllegalArgumentException("too green"), limits, NOW);
    assertThat(letter.topic()).isEqualTo("dead");
    assertThat(RecordSize.of(letter.key(), letter.value(), letter.headers()))
        .isLessThanOrEqualTo(limits.maxBytes());
    return letter;
  }

  private static Map<String, String> headers(ProducerRecord<?, ?> record) {
    return StreamSupport.stream(record.headers().spliterator(), false)
        .collect(
            Collectors.toMap(
                Header::key, header -> new String(header.value(), StandardCharsets.UTF_8)));
  }

  private static JsonNode sizes(ProducerRecord<?, ?> stub) throws Exception {
    return new ObjectMapper().readTree(headers(stub).get(DeadLetter.STUB));
  }

  @Test
  void recordThatFits_isKeptWhole_andSaysWhatWentWrong() {
    ProducerRecord<byte[], byte[]> letter = letter(USUAL);

    assertThat(letter.key()).isEqualTo(key);
    assertThat(letter.value()).isEqualTo(value);
    assertThat(letter.timestamp()).isEqualTo(timestamp);
    assertThat(headers(letter))
        .containsEntry("traceparent", "00-1-2-01")
        .containsEntry("__streams.errors.exception", "java.lang.IllegalArgumentException")
        .containsEntry("__streams.errors.message", "too green")
        .containsEntry("__streams.errors.topic", "images")
        .containsEntry("__streams.errors.partition", "3")
        .containsEntry("__streams.errors.offset", "42")
        .hasEntrySatisfying(
            "__streams.errors.stacktrace",
            trace -> assertThat(trace).contains(getClass().getName()))
        .hasSize(7);
  }

  @Test
  void recordThatFitsWithoutItsStackTrace_losesThatAlone() {
    value = new byte[9_000];

    ProducerRecord<byte[], byte[]> letter = letter(new TopicLimits(9_600, false, 9999, 9999));

    assertThat(letter.value()).isEqualTo(value);
    assertThat(headers(letter))
        .containsKeys("traceparent", "__streams.errors.message")
        .doesNotContainKeys("__streams.errors.stacktrace", DeadLetter.STUB);
  }

  @Test
  void recordThatIsTooLarge_becomesAStubWithItsSizes() throws Exception {
    value = new byte[200_000];

    ProducerRecord<byte[], byte[]> stub = letter(USUAL);

    assertThat(stub.value()).isNull();
    assertThat(stub.key()).isEqualTo(key);
    assertThat(headers(stub))
        .containsEntry("traceparent", "00-1-2-01")
        .containsEntry("__streams.errors.message", "too green")
        .containsEntry("__streams.errors.offset", "42");
    assertThat(sizes(stub).get("key").asInt()).isEqualTo(key.length);
    assertThat(sizes(stub).get("value").asInt()).isEqualTo(200_000);
    assertThat(sizes(stub).get("headers").asInt()).isCloseTo(20, within(12));
    assertThat(sizes(stub).get("limit").asInt()).isEqualTo(100_000);
  }

  @Test
  void longKeyOfAStub_becomesItsChecksum() throws Exception {
    key = new byte[200_000];
    Arrays.fill(key, (byte) 7);

    ProducerRecord<byte[], byte[]> stub = letter(USUAL);

    assertThat(new String(stub.key(), StandardCharsets.US_ASCII)).isEqualTo(Sha256.of(key));
    assertThat(sizes(stub).get("key").asInt()).isEqualTo(200_000);
  }

  @Test
  void keyOfOneKibibyte_isKeptInAStub_andOneByteMoreIsNot() {
    value = new byte[200_000];
    key = new byte[1024];
    assertThat(letter(USUAL).key()).isEqualTo(key);

    key = new byte[1025];
    assertThat(letter(USUAL).key()).hasSize(64);
  }

  @Test
  void headersOfAStub_areKeptAsFarAsTheyFit() {
    headers =
        List.of(
            new RecordHeader("first", bytes("1")),
            new RecordHeader("huge", new byte[150_000]),
            new RecordHeader("last", bytes("3")));

    assertThat(headers(letter(USUAL)))
        .containsEntry("first", "1")
        .containsKeys(DeadLetter.STUB, "__streams.errors.message")
        .doesNotContainKeys("huge", "last");
  }

  @Test
  void recordOfEverySizeAroundTheLimit_fits() {
    TopicLimits small = new TopicLimits(5_000, false, 9999, 9999);
    for (int bytes = 0; bytes < 6_000; bytes += 7) {
      value = new byte[bytes];
      assertThat(letter(small).topic()).isEqualTo("dead");
    }
  }

  @Test
  void timestampThatTheTopicRefuses_becomesNow_andIsKeptInAHeader() {
    timestamp = NOW + 7_200_000;

    ProducerRecord<byte[], byte[]> letter = letter(USUAL);

    assertThat(letter.timestamp()).isEqualTo(NOW);
    assertThat(headers(letter)).containsEntry(DeadLetter.TIMESTAMP, Long.toString(timestamp));
    assertThat(letter.value()).isEqualTo(value);
  }

  @Test
  void negativeTimestamp_becomesNow() {
    timestamp = -1;

    assertThat(letter(USUAL).timestamp()).isEqualTo(NOW);
    assertThat(headers(letter(USUAL))).containsEntry(DeadLetter.TIMESTAMP, "-1");
  }

  @Test
  void missingKey_staysMissing_butInACompactedTopic() {
    key = null;

    assertThat(letter(USUAL).key()).isNull();
    assertThat(letter(new TopicLimits(100_000, true, 9999, 9999)).key())
        .isEqualTo(bytes("images-3@42"));
  }

  @Test
  void missingMessageAndValue_areNoProblem() {
    value = null;

    assertThat(letter(USUAL).value()).isNull();
    assertThat(headers(letter(USUAL))).doesNotContainKey(DeadLetter.STUB);
  }
}
