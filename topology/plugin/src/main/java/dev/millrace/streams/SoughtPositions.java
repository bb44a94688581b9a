package dev.millrace.streams;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Reports the position of a partition after the consumer has sought in it.
 *
 * <p>From version 4.0 on, a task of Kafka Streams commits the positions that polls report, and
 * keeps them when it gives up its work and the consumer seeks back to the committed offsets ({@code
 * StreamTask.nextOffsetsAndMetadataToBeConsumed}). If the task has several input partitions, it may
 * commit after it has read records of only one of them. The offset of another one would then be the
 * position before the seek, and records would be skipped. Confined to the consumer's thread.
 */
final class SoughtPositions {

  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Consumer<byte[], byte[]> consumer;

  /** The partitions to report, with their positions as far as they are known. */
  private final Map<TopicPartition, Optional<OffsetAndMetadata>> sought = new HashMap<>();

  /**
   * @param consumer the consumer, which this class asks for positions
   */
  SoughtPositions(Consumer<byte[], byte[]> consumer) {
    this.consumer = consumer;
  }

  /** To be called when the consumer seeks. */
  void seek(Collection<TopicPartition> partitions) {
    partitions.forEach(partition -> sought.put(partition, Optional.empty()));
  }

  /** To be called when the consumer has lost these partitions. */
  void forget(Collection<TopicPartition> partitions) {
    sought.keySet().removeAll(partitions);
  }

  /**
   * Looks up the positions to report. To be called before each poll.
   *
   * @return whether the consumer may poll; false if a position is not known yet
   */
  boolean lookUp() {
    sought.keySet().retainAll(consumer.assignment());
    Set<TopicPartition> paused = consumer.paused();
    for (Map.Entry<TopicPartition, Optional<OffsetAndMetadata>> entry : sought.entrySet()) {
      if (entry.getValue().isPresent() || paused.contains(entry.getKey())) {
        continue;
      }
      try {
        entry.setValue(
            Optional.of(new OffsetAndMetadata(consumer.position(entry.getKey(), PATIENCE))));
      } catch (TimeoutException e) {
        return false;
      }
    }
    return true;
  }

  /**
   * Adds the positions to the result of a poll, except for partitions that have a position there.
   * Kafka Streams expects no positions of partitions that are paused or not assigned.
   */
  ConsumerRecords<byte[], byte[]> addTo(ConsumerRecords<byte[], byte[]> polled) {
    if (sought.isEmpty()) {
      return polled;
    }
    Set<TopicPartition> paused = consumer.paused();
    Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
    sought.forEach(
        (partition, position) -> {
          if (!paused.contains(partition)) {
            position.ifPresent(known -> positions.put(partition, known));
          }
        });
    sought.keySet().removeAll(positions.keySet());
    positions.keySet().retainAll(consumer.assignment());
    return positions.isEmpty() ? polled : PolledRecords.withPositions(polled, positions);
  }
}
