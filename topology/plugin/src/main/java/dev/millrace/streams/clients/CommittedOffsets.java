package dev.millrace.streams.clients;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The last offset that was really committed in each partition, so that Kafka Streams purges no
 * record that is still needed.
 *
 * <p>Kafka Streams deletes the records of a repartition topic up to the offsets that it has asked
 * to commit ({@code TaskManager.maybePurgeCommittedRecords}). But {@link ReturnedRecords} withholds
 * some of these offsets from the commit, because the records before them were given up.
 * Thread-safe.
 */
public final class CommittedOffsets {

  private final Map<TopicPartition, Long> committed = new ConcurrentHashMap<>();

  /** To be called after a commit of these offsets has succeeded. */
  public void add(Map<TopicPartition, OffsetAndMetadata> offsets) {
    offsets.forEach((partition, offset) -> committed.put(partition, offset.offset()));
  }

  /**
   * {@return the records that may be deleted: those of the request, but only up to the committed
   * offset} Partitions without a committed offset are left out.
   */
  public Map<TopicPartition, RecordsToDelete> purgeable(
      Map<TopicPartition, RecordsToDelete> requested) {
    Map<TopicPartition, RecordsToDelete> purgeable = new HashMap<>();
    requested.forEach(
        (partition, records) -> {
          Long end = committed.get(partition);
          if (end != null) {
            purgeable.put(
                partition, RecordsToDelete.beforeOffset(Math.min(end, records.beforeOffset())));
          }
        });
    return purgeable;
  }
}
