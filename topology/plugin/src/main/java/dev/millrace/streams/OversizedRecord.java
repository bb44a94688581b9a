package dev.millrace.streams;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds the record that a consumer cannot read because it does not fit in the heap. Usually, such a
 * record becomes large only when it is decompressed. The consumer cannot name the record, because
 * one poll reads many records and fails as a whole.
 */
final class OversizedRecord {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private OversizedRecord() {}

  /**
   * Reads one record at a time with a second consumer, from the positions of the consumer that
   * failed. Called on that consumer's thread.
   *
   * @param config configuration of the consumer that failed
   * @param assigned returns the partitions of the consumer that failed
   * @param position returns the offset from which the consumer that failed reads next, behind the
   *     records that it has read and keeps for later polls
   * @param most largest number of records in one poll of the failed consumer
   * @param error the error that the failed consumer threw
   * @param open opens a consumer with a configuration
   * @return a {@link HeapExhaustedError} that names the record, or {@code error} if the search did
   *     not find a record that is too large
   */
  static OutOfMemoryError find(
      Map<String, Object> config,
      Supplier<Set<TopicPartition>> assigned,
      ToLongFunction<TopicPartition> position,
      int most,
      OutOfMemoryError error,
      Function<Map<String, Object>, Consumer<byte[], byte[]>> open) {
    try {
      Map<TopicPartition, Long> positions = new HashMap<>();
      for (TopicPartition partition : assigned.get()) {
        positions.put(partition, position.applyAsLong(partition));
      }
      try (Consumer<byte[], byte[]> search = open.apply(searching(config))) {
        for (Map.Entry<TopicPartition, Long> from : positions.entrySet()) {
          long offset = firstUnreadable(search, from.getKey(), from.getValue(), most);
          if (offset >= 0) {
            return new HeapExhaustedError(from.getKey(), offset, Runtime.getRuntime().maxMemory());
          }
        }
      }
    } catch (KafkaException | OutOfMemoryError e) {
      error.addSuppressed(e);
    }
    return error;
  }

  private static Map<String, Object> searching(Map<String, Object> config) {
    Map<String, Object> searching = new HashMap<>(config);
    searching
        .keySet()
        .removeAll(
            Set.of(
                ConsumerConfig.GROUP_ID_CONFIG,
                ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                ConsumerConfig.CLIENT_ID_CONFIG));
    searching.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
    searching.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    searching.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    return searching;
  }

  /** Returns the offset of the first record that does not fit, or -1 if all of them fit. */
  private static long firstUnreadable(
      Consumer<byte[], byte[]> search, TopicPartition partition, long from, int most) {
    search.assign(List.of(partition));
    search.seek(partition, from);
    try {
      for (int i = 0; i < most && !search.poll(PATIENCE).isEmpty(); i++) {
        // The call of poll in the condition reads the next record.
      }
      return -1;
    } catch (OutOfMemoryError e) {
      return search.position(partition);
    }
  }
}
