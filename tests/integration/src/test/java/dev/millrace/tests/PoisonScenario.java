package dev.millrace.tests;

import dev.millrace.service.serve.ServiceConfig;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * Topic configurations that an administrator may choose. Each configuration has a list of unusual
 * records that topics with this configuration accept.
 */
@SuppressWarnings("ImmutableEnumChecker") // its maps and lists are unmodifiable
enum PoisonScenario {

  /** All topics, including the dead-letter topic, have Kafka's default limits. */
  USUAL_LIMITS(
      Map.of(),
      Map.of(),
      Map.of("max.message.bytes", "" + ServiceConfig.DEFAULT_MAX_RECORD_BYTES),
      List.of(
          new Odd("long key", Fate.PREDICTION, to -> to.record(key("a", 700_000), good(1))),
          new Odd("long key that is no text", Fate.PREDICTION, to -> to.record(noText(), good(2))),
          new Odd("long headers", Fate.STUB, PoisonScenario::withLongHeaders),
          new Odd(
              "no image, 140 bytes below the limit",
              Fate.STUB,
              to ->
                  to.record(key("bad", 3), new byte[ServiceConfig.DEFAULT_MAX_RECORD_BYTES - 140])),
          new Odd(
              "no image and a long key",
              Fate.STUB,
              to -> to.record(key("both", 1_000_000), new byte[48_450])))),

  /**
   * An administrator has raised the record limit of the input topic, but the service has the
   * default limit.
   */
  RAISED_INPUT(
      Map.of("max.message.bytes", "10485760"),
      Map.of(),
      Map.of(),
      List.of(
          new Odd("no image, 2 MB", Fate.STUB, to -> to.record(key("large", 5), new byte[2 << 20])),
          new Odd(
              "5 MB of zeros in gzip",
              Fate.STUB,
              true,
              to -> to.record(key("zeros", 5), new byte[5 << 20])),
          new Odd(
              "image of 2 MB",
              Fate.PREDICTION,
              to -> to.record(key("image", 5), Images.noise("png", 900, 800, 4))))),

  /** The output and dead-letter topics are compacted, and the input accepts every timestamp. */
  COMPACTED_OUTPUT(
      Map.of("message.timestamp.after.max.ms", "" + Long.MAX_VALUE),
      Map.of("cleanup.policy", "compact"),
      Map.of("cleanup.policy", "compact"),
      List.of(
          new Odd("no timestamp", Fate.PREDICTION, to -> to.untimed(key("untimed", 7), good(1))),
          new Odd(
              "timestamp in two hours",
              Fate.DEAD_LETTER,
              to -> to.record(key("future", 6), good(2), inTwoHours())),
          new Odd(
              "no image in two hours",
              Fate.DEAD_LETTER,
              to -> to.record(key("bad", 3), new byte[10], inTwoHours())),
          new Odd("no key", Fate.DEAD_LETTER, to -> to.record(null, good(3))),
          new Odd("no image and no key", Fate.DEAD_LETTER, to -> to.record(null, new byte[10])))),

  /**
   * Predictions exceed the output topic's record limit, as they would if the model had very many
   * classes.
   */
  LARGE_PREDICTIONS(
      Map.of(),
      Map.of("max.message.bytes", "1500"), // two usual predictions do not fit into one batch
      Map.of(),
      List.of(
          new Odd(
              "prediction above the limit",
              Fate.DEAD_LETTER,
              to -> to.record(key("long", 1_000), good(1)))));

  /** The kind of answer to a record. */
  enum Fate {
    PREDICTION,
    DEAD_LETTER,
    STUB
  }

  /**
   * A record that is unusual but accepted by the broker.
   *
   * @param fate expected kind of answer
   * @param compressed whether the producer compresses the record
   */
  record Odd(
      String name,
      Fate fate,
      boolean compressed,
      Function<Poison, ProducerRecord<byte[], byte[]>> record) {

    Odd(String name, Fate fate, Function<Poison, ProducerRecord<byte[], byte[]>> record) {
      this(name, fate, false, record);
    }
  }

  private final Map<String, String> input;
  private final Map<String, String> output;
  private final Map<String, String> deadLetters;
  private final List<Odd> records;

  PoisonScenario(
      Map<String, String> input,
      Map<String, String> output,
      Map<String, String> deadLetters,
      List<Odd> records) {
    this.input = input;
    this.output = output;
    this.deadLetters = deadLetters;
    this.records = records;
  }

  /** Configures a pipeline's topics. */
  void configure(Pipeline pipeline) throws Exception {
    pipeline.alter(pipeline.topics.input(), input);
    pipeline.alter(pipeline.topics.output(), output);
    pipeline.alter(pipeline.topics.deadLetters(), deadLetters);
  }

  List<Odd> records() {
    return records;
  }

  /** Returns a valid image. */
  static byte[] good(int seed) {
    return Images.noise("png", 32, 32, seed);
  }

  /** Returns a key of this many bytes. */
  static byte[] key(String name, int bytes) {
    byte[] key = Arrays.copyOf(name.getBytes(StandardCharsets.UTF_8), bytes);
    Arrays.fill(key, name.length(), bytes, (byte) 'k');
    return key;
  }

  private static byte[] noText() {
    byte[] key = key("b", 700_000);
    key[600_000] = (byte) 0xff;
    return key;
  }

  /**
   * Returns a record with long headers and a small image. The prediction for the record has the
   * same headers and is larger than the record, so the prediction exceeds the record limit.
   */
  private static ProducerRecord<byte[], byte[]> withLongHeaders(Poison to) {
    ProducerRecord<byte[], byte[]> record =
        to.record(key("headers", 7), Images.noise("png", 1, 1, 1));
    record.headers().add(new RecordHeader("history", new byte[1_048_000]));
    return record;
  }

  private static long inTwoHours() {
    return System.currentTimeMillis() + 7_200_000;
  }
}
