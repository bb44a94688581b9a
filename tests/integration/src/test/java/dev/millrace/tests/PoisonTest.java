package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.serve.OnBadImage;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.streams.sending.DeadLetter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One odd record among good ones gets its answer or its dead letter, and the stream goes on. */
@Tag("broker")
@Timeout(180)
@ExtendWith(SharedBroker.class)
class PoisonTest {

  private static final int MEBIBYTE = 1 << 20;

  @TempDir Path folder;

  private Pipeline prepare(EmbeddedBroker broker, String guarantee) throws Exception {
    return prepare(broker, guarantee, Map.of());
  }

  private Pipeline prepare(EmbeddedBroker broker, String guarantee, Map<String, String> kafka)
      throws Exception {
    Map<String, String> config = new HashMap<>(kafka);
    config.put("processing.guarantee", guarantee);
    ModelVersion model = Models.publishRandom(folder.resolve("models"), "random");
    return Pipeline.prepare(
        broker,
        Pipeline.inference(model).build(),
        1,
        config,
        OnBadImage.DEAD_LETTER,
        ServiceConfig.DEFAULT_MAX_RECORD_BYTES);
  }

  private static byte[] key(String name, int bytes) {
    byte[] key = Arrays.copyOf(name.getBytes(StandardCharsets.UTF_8), bytes);
    Arrays.fill(key, name.length(), bytes, (byte) 'k');
    return key;
  }

  private static byte[] good(int seed) {
    return Images.noise("png", 32, 32, seed);
  }

  /** All topics as Kafka makes them, dead letters included. */
  @ParameterizedTest
  @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
  void recordNearTheLimit_hasOneAnswer(String guarantee, EmbeddedBroker broker) throws Exception {
    try (Pipeline pipeline = prepare(broker, guarantee)) {
      pipeline.alter(
          pipeline.topics.deadLetters(),
          Map.of("max.message.bytes", "" + ServiceConfig.DEFAULT_MAX_RECORD_BYTES));
      pipeline.start();
      Poison poison = new Poison(pipeline);
      byte[] notUtf8 = key("bytes", 700_000);
      notUtf8[600_000] = (byte) 0xff;
      int mostValue = ServiceConfig.DEFAULT_MAX_RECORD_BYTES - 140;

      poison.send("long key", poison.record(key("long key", 700_000), good(1)));
      poison.send("long key that is no text", poison.record(notUtf8, good(2)));
      ProducerRecord<byte[], byte[]> headers = poison.record(key("headers", 7), good(3));
      headers.headers().add(new RecordHeader("history", new byte[1_040_000]));
      poison.send("long headers", headers);
      poison.send("bad near the limit", poison.record(key("bad", 3), new byte[mostValue]));
      poison.send("long key and no image", poison.record(key("both", 1_000_000), new byte[48_450]));

      poison.requireOneAnswerEach();
      assertThat(poison.deadLetter("long key").key()).hasSize(700_000);
      assertThat(poison.deadLetter("bad near the limit"))
          .satisfies(
              stub -> {
                assertThat(stub.value()).isNull();
                assertThat(stub.key()).isEqualTo(key("bad", 3));
                assertThat(stub.headers().lastHeader(DeadLetter.STUB)).isNotNull();
              });
      assertThat(poison.deadLetter("long key and no image").key()).hasSize(64);
    }
  }

  /** An administrator raised the input's limit, and nobody told the service. */
  @ParameterizedTest
  @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
  void recordAboveTheUsualLimit_hasOneAnswer(String guarantee, EmbeddedBroker broker)
      throws Exception {
    try (Pipeline pipeline = prepare(broker, guarantee)) {
      pipeline.alter(pipeline.topics.input(), Map.of("max.message.bytes", "10485760"));
      pipeline.start();
      Poison poison = new Poison(pipeline);

      poison.send("large and no image", poison.record(key("large", 5), new byte[2 * MEBIBYTE]));
      poison.sendCompressed("zeros", poison.record(key("zeros", 5), new byte[5 * MEBIBYTE]));
      byte[] large = Images.noise("png", 900, 800, 4);
      assertThat(large).hasSizeGreaterThan(2 * MEBIBYTE);
      poison.send("large image", poison.record(key("image", 5), large));

      poison.requireOneAnswerEach();
      assertThat(poison.deadLetter("large and no image").value()).isNull();
      assertThat(poison.deadLetter("zeros").value()).isNull();
      assertThat(poison.isPredicted("large image")).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
  void recordThatTheOutputRefuses_isADeadLetter(String guarantee, EmbeddedBroker broker)
      throws Exception {
    try (Pipeline pipeline = prepare(broker, guarantee)) {
      long ahead = System.currentTimeMillis() + 7_200_000;
      pipeline.alter(
          pipeline.topics.input(), Map.of("message.timestamp.after.max.ms", "" + Long.MAX_VALUE));
      pipeline.alter(pipeline.topics.output(), Map.of("cleanup.policy", "compact"));
      pipeline.alter(pipeline.topics.deadLetters(), Map.of("cleanup.policy", "compact"));
      pipeline.start();
      Poison poison = new Poison(pipeline);

      poison.send("no timestamp", poison.untimed(key("untimed", 7), good(1)));
      poison.send("future", poison.record(key("future", 6), good(2), ahead));
      poison.send("bad future", poison.record(key("bad future", 10), new byte[10], ahead));
      poison.send("no key", poison.record(null, good(3)));
      poison.send("bad without a key", poison.record(null, new byte[10]));

      poison.requireOneAnswerEach();
      assertThat(poison.isPredicted("no timestamp")).isTrue();
      assertThat(poison.deadLetter("future").value()).isEqualTo(good(2));
      assertThat(poison.deadLetter("future").headers().lastHeader(DeadLetter.TIMESTAMP).value())
          .asString(StandardCharsets.US_ASCII)
          .isEqualTo("" + ahead);
      assertThat(poison.deadLetter("bad future").timestamp()).isLessThan(ahead);
      assertThat(poison.deadLetter("no key").key()).isNotNull();
    }
  }

  /** As with very many classes. */
  @ParameterizedTest
  @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
  void predictionLargerThanTheOutputTakes_isADeadLetter(String guarantee, EmbeddedBroker broker)
      throws Exception {
    try (Pipeline pipeline = prepare(broker, guarantee)) {
      pipeline.alter(pipeline.topics.output(), Map.of("max.message.bytes", "1500"));
      pipeline.start();
      Poison poison = new Poison(pipeline);

      poison.send("long key", poison.record(key("long", 1_000), good(1)));

      poison.requireOneAnswerEach();
      assertThat(poison.deadLetter("long key").value()).isEqualTo(good(1));
    }
  }

  /**
   * What the limits were at the start does not hold for ever. The thread that a refused record ends
   * leaves its group: nobody waits for the end of its session, in five minutes.
   */
  @ParameterizedTest
  @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
  void limitThatIsLoweredLater_isNoticed(String guarantee, EmbeddedBroker broker) throws Exception {
    try (Pipeline pipeline = prepare(broker, guarantee, Map.of("session.timeout.ms", "300000"))) {
      pipeline.start();
      Poison poison = new Poison(pipeline);
      poison.send("long key", poison.record(key("long", 1_000), good(1)));
      poison.requireOneAnswerEach();
      assertThat(poison.isPredicted("long key")).isTrue();

      pipeline.alter(pipeline.topics.output(), Map.of("max.message.bytes", "1500"));
      Poison later = new Poison(pipeline);
      later.send("long key", later.record(key("long", 1_000), good(1)));

      later.requireAnswers(guarantee.equals("exactly_once_v2"));
      assertThat(later.deadLetter("long key").value()).isEqualTo(good(1));
    }
  }
}
