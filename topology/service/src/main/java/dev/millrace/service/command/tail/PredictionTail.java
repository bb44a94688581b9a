package dev.millrace.service.command.tail;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/**
 * Follows all partitions of a topic, without a group. For one thread; the consumer belongs to the
 * caller.
 */
final class PredictionTail {

  /** How often new partitions are looked for, and a silent broker is asked whether it is there. */
  private static final Duration CHECK = Duration.ofSeconds(10);

  private final Consumer<byte[], byte[]> consumer;
  private final String topic;
  private final LongSupplier clock;
  private final Set<TopicPartition> partitions = new HashSet<>();

  /**
   * @param clock nanoseconds since some moment
   */
  PredictionTail(Consumer<byte[], byte[]> consumer, String topic, LongSupplier clock) {
    this.consumer = consumer;
    this.topic = topic;
    this.clock = clock;
  }

  /** Takes all partitions, from their beginning or from where they end now. */
  void start(boolean fromBeginning) {
    partitions.addAll(known());
    consumer.assign(partitions);
    if (fromBeginning) {
      consumer.seekToBeginning(partitions);
    } else {
      consumer.endOffsets(partitions).forEach(consumer::seek);
    }
  }

  /**
   * Shows records as they come.
   *
   * @param count how many to show
   * @param idle how long no record may come before this ends
   * @param screen shows records, until it says that nobody looks any more
   * @return how many were shown
   */
  long follow(long count, Duration idle, Screen screen) {
    long shown = 0;
    long silentSince = clock.getAsLong();
    long checked = silentSince;
    while (shown < count) {
      long now = clock.getAsLong();
      long left = idle.toNanos() - (now - silentSince);
      if (left <= 0) {
        return shown;
      }
      ConsumerRecords<byte[], byte[]> records =
          consumer.poll(Duration.ofNanos(Math.min(left, CHECK.toNanos() / 4)));
      if (!records.isEmpty()) {
        silentSince = clock.getAsLong();
      }
      for (ConsumerRecord<byte[], byte[]> record : records) {
        if (shown < count && screen.show(record)) {
          shown++;
        }
      }
      if (!records.isEmpty() && !screen.flush()) {
        return shown;
      }
      if (clock.getAsLong() - checked > CHECK.toNanos()) {
        takeNewPartitions();
        if (clock.getAsLong() - silentSince > CHECK.toNanos()) {
          consumer.endOffsets(partitions);
        }
        checked = clock.getAsLong();
      }
    }
    return shown;
  }

  private void takeNewPartitions() {
    List<TopicPartition> added =
        known().stream().filter(Predicate.not(partitions::contains)).toList();
    if (!added.isEmpty()) {
      partitions.addAll(added);
      consumer.assign(partitions);
      consumer.seekToBeginning(added);
    }
  }

  private Collection<TopicPartition> known() {
    return consumer.partitionsFor(topic).stream()
        .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
        .toList();
  }

  /** Where records are shown. */
  interface Screen {

    /** Shows a record; false if it is none that counts. */
    boolean show(ConsumerRecord<byte[], byte[]> record);

    /** Makes what was shown seen; false if nobody looks any more. */
    boolean flush();
  }
}
