package dev.millrace.tests.reliability;

import dev.millrace.events.Prediction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads and counts all answers to the images, until {@link #close}. It reads on its own thread,
 * with a {@code read_committed} consumer. Thread-safe.
 */
final class Audit implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);

  private final KafkaConsumer<String, byte[]> consumer;
  private final String predictions;
  private final BiConsumer<ConsumerRecord<String, byte[]>, Prediction> seen;
  private final List<TopicPartition> all = new ArrayList<>();
  private final BitSet[] answered;
  private final long[] newest;
  private final Set<String> deadLetters = new HashSet<>();
  private final Deserializer<Prediction> reader = Prediction.serde().deserializer();
  private final Thread thread = new Thread(this::read, "audit");
  private long out;
  private long doubled;
  private long outOfOrder;
  private long wrong;
  private boolean upToDate;
  private boolean closed;
  private RuntimeException failure;

  Audit(String bootstrapServers, String predictions, String deadLetters, int partitions) {
    this(bootstrapServers, predictions, deadLetters, partitions, (record, prediction) -> {});
  }

  /**
   * Starts to read the answers.
   *
   * @param seen called with each prediction, on the thread that reads the answers
   */
  Audit(
      String bootstrapServers,
      String predictions,
      String deadLetters,
      int partitions,
      BiConsumer<ConsumerRecord<String, byte[]>, Prediction> seen) {
    this.seen = seen;
    consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
            new StringDeserializer(),
            new ByteArrayDeserializer());
    this.predictions = predictions;
    answered = IntStream.range(0, partitions).mapToObj(i -> new BitSet()).toArray(BitSet[]::new);
    newest = new long[partitions];
    for (int i = 0; i < partitions; i++) {
      newest[i] = -1;
      all.add(new TopicPartition(predictions, i));
      all.add(new TopicPartition(deadLetters, i));
    }
    consumer.assign(all);
    consumer.seekToBeginning(all);
    thread.start();
  }

  private void read() {
    try (consumer) {
      while (!isClosed()) {
        var records = consumer.poll(POLL);
        synchronized (this) {
          records.forEach(this::count);
          upToDate = records.isEmpty();
          notifyAll();
        }
      }
    } catch (RuntimeException e) {
      synchronized (this) {
        failure = e;
        notifyAll();
      }
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private void count(ConsumerRecord<String, byte[]> record) {
    out++;
    int partition;
    long offset;
    if (record.topic().equals(predictions)) {
      Prediction prediction = reader.deserialize(record.topic(), record.value());
      seen.accept(record, prediction);
      partition = prediction.source().partition();
      offset = prediction.source().offset();
      if (!prediction.id().equals(record.key()) || record.partition() != partition) {
        wrong++;
      }
    } else {
      partition = (int) number(record, "__streams.errors.partition");
      offset = number(record, "__streams.errors.offset");
      deadLetters.add(partition + "/" + offset);
    }
    if (!record.key().equals(partition + "/" + offset)) {
      wrong++;
    }
    if (answered[partition].get((int) offset)) {
      doubled++;
      return;
    }
    answered[partition].set((int) offset);
    if (record.topic().equals(predictions)) {
      if (offset < newest[partition]) {
        outOfOrder++;
      }
      newest[partition] = Math.max(newest[partition], offset);
    }
  }

  private static long number(ConsumerRecord<?, ?> record, String header) {
    Header value = record.headers().lastHeader(header);
    return Long.parseLong(new String(value.value(), StandardCharsets.UTF_8));
  }

  /** Returns the number of images that have an answer. */
  synchronized long answered() {
    if (failure != null) {
      throw failure;
    }
    return out - doubled;
  }

  /**
   * Returns the images that became dead letters. Each image is named by its input record, as {@code
   * PARTITION/OFFSET}.
   */
  synchronized Set<String> deadLetters() {
    return Set.copyOf(deadLetters);
  }

  /**
   * Waits until more than {@code before} images have an answer. Returns true as soon as this is the
   * case, or false if {@code patience} ends first.
   */
  synchronized boolean awaitMoreThan(long before, Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (answered() <= before) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      wait(Math.max(1, left / 1_000_000));
    }
    return true;
  }

  /** Waits until the consumer has read all records that are in the topics now. */
  synchronized void awaitUpToDate() throws InterruptedException {
    upToDate = false;
    while (!upToDate && failure == null) {
      wait();
    }
  }

  /**
   * Waits until every image has an answer, or until no more answers come. Then returns the counts.
   *
   * @param sent number of images in each partition
   * @param silence this method stops waiting once this much time has passed without an answer
   */
  Tally awaitAll(long[] sent, Duration silence) throws InterruptedException {
    long in = LongStream.of(sent).sum();
    boolean more = true;
    while (more && answered() < in) {
      more = awaitMoreThan(answered(), silence);
    }
    awaitUpToDate();
    return tally(sent);
  }

  /**
   * Returns the counts.
   *
   * @param sent number of images in each partition
   */
  synchronized Tally tally(long[] sent) {
    long in = 0;
    long lost = 0;
    for (int i = 0; i < sent.length; i++) {
      in += sent[i];
      lost += sent[i] - answered[i].get(0, (int) sent[i]).cardinality();
      wrong += answered[i].length() > sent[i] ? 1 : 0;
    }
    return new Tally(in, out, lost, doubled, outOfOrder, wrong);
  }

  @Override
  public void close() throws InterruptedException {
    synchronized (this) {
      closed = true;
    }
    thread.join();
  }
}
