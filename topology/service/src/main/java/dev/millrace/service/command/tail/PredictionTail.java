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
 * Follows all partitions of a topic, without a consumer group. Used by one thread. The caller
 * closes the consumer.
 */
final class PredictionTail {

  /**
   * The interval between two checks. A check looks for new partitions. If no records arrive, the
   * check also tests whether the broker still answers.
   */
  private static final Duration CHECK = Duration.ofSeconds(10);

  private final Consumer<byte[], byte[]> consumer;
  private final String topic;
  private final LongSupplier clock;
  private final Set<TopicPartition> partitions = new HashSet<>();

  /**
   * @param clock the clock, as {@link System#nanoTime}
   */
  PredictionTail(Consumer<byte[], byte[]> consumer, String topic, LongSupplier clock) {
    this.consumer = consumer;
    this.topic = topic;
    this.clock = clock;
  }

  /**
   * Assigns all partitions to the consumer.
   *
   * @param fromBeginning whether to start at the oldest records of the partitions instead of their
   *     current ends
   */
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
   * Shows records as they arrive. Ends after {@code count} records, after the time {@code idle}
   * without a record, or when the output cannot be written any more.
   *
   * @param count the largest number of records to show
   * @param idle the longest time without a record
   * @param screen shows the records
   * @return the number of records shown
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

  /** Shows records. */
  interface Screen {

    /**
     * Shows a record.
     *
     * @return whether the record counts towards the number of shown records; false if it is neither
     *     a prediction nor a dead letter
     */
    boolean show(ConsumerRecord<byte[], byte[]> record);

    /**
     * Flushes the output.
     *
     * @return false if the output cannot be written any more, for example because its reader closed
     *     the pipe
     */
    boolean flush();
  }
}
