package dev.millrace.tests.reliability;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads the committed records of a topic on its own thread, and measures the silence of each
 * partition, which is the time without a new record. Thread-safe.
 */
final class Silence implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(50);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final long[] last;
  private final long[] longest;
  private final Thread thread = new Thread(this::listen, "silence");
  private volatile boolean closed;

  private Silence(String bootstrapServers, String topic, int partitions) {
    consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    List<TopicPartition> all =
        IntStream.range(0, partitions).mapToObj(i -> new TopicPartition(topic, i)).toList();
    consumer.assign(all);
    consumer.seekToEnd(all);
    last = new long[partitions];
    longest = new long[partitions];
  }

  static Silence listen(String bootstrapServers, String topic, int partitions) {
    Silence silence = new Silence(bootstrapServers, topic, partitions);
    silence.reset();
    silence.thread.start();
    return silence;
  }

  private void listen() {
    while (!closed) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        heard(record.partition(), System.nanoTime());
      }
    }
    consumer.close();
  }

  private synchronized void heard(int partition, long now) {
    longest[partition] = Math.max(longest[partition], now - last[partition]);
    last[partition] = now;
    notifyAll();
  }

  /** Restarts the measurement. The part of a silence that lies before this call does not count. */
  synchronized void reset() {
    long now = System.nanoTime();
    for (int i = 0; i < last.length; i++) {
      last[i] = now;
      longest[i] = 0;
    }
  }

  /**
   * Returns the longest silence of any of these partitions. A silence that has not ended yet also
   * counts.
   */
  synchronized Duration longest(Set<Integer> partitions) {
    long now = System.nanoTime();
    return Duration.ofNanos(
        partitions.stream().mapToLong(p -> Math.max(longest[p], now - last[p])).max().orElse(0));
  }

  /**
   * Waits until every partition has had a new record since the time {@code since}. Returns the time
   * from {@code since} until the last of the partitions had its first new record.
   */
  synchronized Duration awaitAll(long since, Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (IntStream.range(0, last.length).anyMatch(i -> last[i] <= since)) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        throw new AssertionError("a partition was silent for " + patience);
      }
      wait(Math.max(1, left / 1_000_000));
    }
    return Duration.ofNanos(System.nanoTime() - since);
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    thread.join();
  }
}
