package dev.millrace.streams.clients;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads and creates the result of a poll. From Kafka 4.0 on, the result also holds the positions
 * after the poll (KIP-1094).
 */
final class PolledRecords {

  private static final boolean HAVE_POSITIONS =
      Arrays.stream(ConsumerRecords.class.getMethods())
          .anyMatch(method -> method.getName().equals("nextOffsets"));

  private PolledRecords() {}

  /** Returns whether a poll returned no records and moved no position. */
  static boolean sayNothing(ConsumerRecords<byte[], byte[]> records) {
    return records.isEmpty() && !(HAVE_POSITIONS && !records.nextOffsets().isEmpty());
  }

  /** Returns whether the result of a poll holds the positions after the poll. */
  static boolean havePositions() {
    return HAVE_POSITIONS;
  }

  /** Returns the positions after a poll; none before Kafka 4.0. */
  static Map<TopicPartition, OffsetAndMetadata> positions(ConsumerRecords<?, ?> records) {
    return HAVE_POSITIONS ? records.nextOffsets() : Map.of();
  }

  /**
   * Returns the result of a poll that has read one record. The position after the poll is the
   * offset behind this record.
   */
  static ConsumerRecords<byte[], byte[]> of(
      TopicPartition partition, ConsumerRecord<byte[], byte[]> record) {
    return of(
        Map.of(partition, List.of(record)),
        Map.of(partition, new OffsetAndMetadata(record.offset() + 1)));
  }

  /**
   * Returns the result of a poll that has read these records.
   *
   * @param positions the positions after the poll
   */
  @SuppressWarnings("deprecation") // the constructor without positions, before 4.0
  static ConsumerRecords<byte[], byte[]> of(
      Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> records,
      Map<TopicPartition, OffsetAndMetadata> positions) {
    return HAVE_POSITIONS
        ? new ConsumerRecords<>(records, positions)
        : new ConsumerRecords<>(records);
  }
}
