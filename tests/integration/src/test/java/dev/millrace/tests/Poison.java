package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.streams.sending.DeadLetter;
import dev.millrace.tests.PoisonScenario.Fate;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends unusual records, which the broker accepts, to one partition of a pipeline. Also sends good
 * images before and after each unusual record. Then reads the answers to all records.
 */
final class Poison {

  private static final int GOOD_AROUND = 3;

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Pipeline pipeline;
  private final Duration patience;
  private final Map<String, Long> oddOffsets = new HashMap<>();
  private final List<Long> goodOffsets = new ArrayList<>();
  private final Map<Long, List<ConsumerRecord<byte[], byte[]>>> predictions = new HashMap<>();
  private final Map<Long, List<ConsumerRecord<byte[], byte[]>>> deadLetters = new HashMap<>();
  private int sent;

  Poison(Pipeline pipeline) {
    this(pipeline, PATIENCE);
  }

  /**
   * Creates a sender of unusual records to a pipeline.
   *
   * @param patience longest time to wait for the answers
   */
  Poison(Pipeline pipeline, Duration patience) {
    this.pipeline = pipeline;
    this.patience = patience;
  }

  ProducerRecord<byte[], byte[]> record(byte[] key, byte[] value) {
    return record(key, value, Pipeline.TIME);
  }

  ProducerRecord<byte[], byte[]> record(byte[] key, byte[] value, long timestamp) {
    return new ProducerRecord<>(pipeline.topics.input(), 0, timestamp, key, value);
  }

  /**
   * Returns a record with the timestamp -1. Kafka's {@link ProducerRecord} refuses this timestamp,
   * but Kafka's protocol allows it.
   */
  ProducerRecord<byte[], byte[]> untimed(byte[] key, byte[] value) {
    return new ProducerRecord<>(pipeline.topics.input(), 0, key, value) {
      @Override
      public Long timestamp() {
        return -1L;
      }
    };
  }

  /** Sends good images, an unusual record, and more good images. */
  void send(PoisonScenario.Odd odd) throws Exception {
    send(odd.name(), odd.record().apply(this), odd.compressed());
  }

  /** Sends good images, an unusual record with this name, and more good images. */
  void send(String name, ProducerRecord<byte[], byte[]> odd, boolean compressed) throws Exception {
    sendGood();
    try (KafkaProducer<byte[], byte[]> producer = producer(compressed ? "gzip" : "none")) {
      oddOffsets.put(name, producer.send(odd).get().offset());
    }
    sendGood();
  }

  private void sendGood() throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = producer("none")) {
      for (int i = 0; i < GOOD_AROUND; i++) {
        byte[] key = ("good-" + sent++).getBytes(StandardCharsets.UTF_8);
        goodOffsets.add(
            producer.send(record(key, Images.noise("png", 32, 32, sent))).get().offset());
      }
    }
  }

  private KafkaProducer<byte[], byte[]> producer(String compression) {
    return new KafkaProducer<>(
        Map.of(
            "bootstrap.servers",
            pipeline.bootstrapServers(),
            "max.request.size",
            300 << 20,
            "buffer.memory",
            400L << 20,
            "compression.type",
            compression),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  /**
   * Waits for all answers. Requires one prediction for each good image, and one prediction or one
   * dead letter for each unusual record.
   */
  void requireOneAnswerEach() {
    requireAnswers(true);
  }

  /**
   * Waits for all answers. Requires one or more predictions for each good image. Requires one or
   * more answers for each unusual record: either only predictions or only dead letters.
   *
   * @param once whether each record must have exactly one answer; if false, further answers are
   *     allowed
   */
  void requireAnswers(boolean once) {
    await();
    for (long good : goodOffsets) {
      assertThat(deadLetters.get(good)).as("dead letters of good %d", good).isNull();
      requireCount(once, "good " + good, predictions.get(good));
    }
    oddOffsets.forEach(
        (name, offset) -> {
          assertThat(predictions.containsKey(offset) && deadLetters.containsKey(offset))
              .as("answers of two kinds to '%s'", name)
              .isFalse();
          requireCount(once, name, predictions.getOrDefault(offset, deadLetters.get(offset)));
        });
  }

  private static void requireCount(boolean once, String name, List<?> answers) {
    assertThat(answers).as("answers to '%s'", name).isNotEmpty();
    if (once) {
      assertThat(answers).as("answers to '%s'", name).hasSize(1);
    }
  }

  /** Reads until every record has an answer, or until {@code patience} is over. */
  private void await() {
    long deadline = System.nanoTime() + patience.toNanos();
    try (RawReader output = new RawReader(pipeline.bootstrapServers(), pipeline.topics.output());
        RawReader dead =
            new RawReader(pipeline.bootstrapServers(), pipeline.topics.deadLetters())) {
      long first = goodOffsets.get(0);
      while (System.nanoTime() < deadline
          && !(isComplete() && output.isAtEnd() && dead.isAtEnd())) {
        for (ConsumerRecord<byte[], byte[]> record : output.poll()) {
          if (offset(record) >= first) {
            predictions.computeIfAbsent(offset(record), key -> new ArrayList<>()).add(record);
          }
        }
        for (ConsumerRecord<byte[], byte[]> record : dead.poll()) {
          long at = Long.parseLong(header(record, "__streams.errors.offset"));
          if (at >= first) {
            deadLetters.computeIfAbsent(at, key -> new ArrayList<>()).add(record);
          }
        }
      }
    }
  }

  private boolean isComplete() {
    return predictions.keySet().containsAll(goodOffsets)
        && oddOffsets.values().stream()
            .allMatch(odd -> predictions.containsKey(odd) || deadLetters.containsKey(odd));
  }

  private static long offset(ConsumerRecord<byte[], byte[]> prediction) {
    return RawReader.json(prediction).get("source").get("offset").asLong();
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return new String(header.value(), StandardCharsets.UTF_8);
  }

  /** Returns the offset of an unusual record. */
  long offset(String name) {
    return oddOffsets.get(name);
  }

  /** Returns the dead letter of an unusual record. */
  ConsumerRecord<byte[], byte[]> deadLetter(String name) {
    assertThat(deadLetters).as("dead letter of '%s'", name).containsKey(oddOffsets.get(name));
    return deadLetters.get(oddOffsets.get(name)).get(0);
  }

  /** Returns the kind of answer to each unusual record, by the record's name. */
  Map<String, Fate> fates() {
    Map<String, Fate> fates = new HashMap<>();
    oddOffsets.forEach((name, offset) -> fates.put(name, fate(offset)));
    return fates;
  }

  private Fate fate(long offset) {
    if (predictions.containsKey(offset)) {
      return Fate.PREDICTION;
    }
    boolean stub = deadLetters.get(offset).get(0).headers().lastHeader(DeadLetter.STUB) != null;
    return stub ? Fate.STUB : Fate.DEAD_LETTER;
  }
}
