package dev.millrace.service.health;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/**
 * Measures how long each partition has made no progress although records wait in it.
 *
 * <p>The state of a partition is kept when its stream thread fails. If the replacement thread fails
 * at the same record, the partition counts as standing still since the first failure. Used by one
 * thread.
 */
final class PartitionProgress {

  /** An offset that is not known yet. */
  static final long UNKNOWN = -1;

  /**
   * The offsets that a task reports for one of its partitions.
   *
   * @param committed the offset that the task last committed, or {@link #UNKNOWN}
   * @param polled the offset of the last record that the task has polled, or {@link #UNKNOWN}
   */
  record Sample(TopicPartition partition, long committed, long polled) {}

  private record Standing(long committed, long polled, long since) {

    boolean waits() {
      return polled != UNKNOWN && polled >= committed;
    }
  }

  private final Map<TopicPartition, Standing> partitions = new HashMap<>();

  /**
   * Updates the partitions from the tasks' reports.
   *
   * @param all whether the samples cover all partitions of this instance; if so, this class forgets
   *     all other partitions
   * @param now the time, as {@link System#nanoTime}
   */
  void observe(Collection<Sample> samples, boolean all, long now) {
    if (all) {
      partitions
          .keySet()
          .retainAll(samples.stream().map(Sample::partition).collect(Collectors.toSet()));
    }
    for (Sample sample : samples) {
      partitions.merge(
          sample.partition(),
          new Standing(sample.committed(), sample.polled(), now),
          PartitionProgress::after);
    }
  }

  /**
   * Merges a new sample into the state of a partition. The time for which the partition stands
   * still begins anew if the committed offset has moved, or if no record waited before.
   */
  private static Standing after(Standing before, Standing seen) {
    long committed = Math.max(before.committed, seen.committed);
    long polled = Math.max(before.polled, seen.polled);
    boolean stands = before.waits() && committed == before.committed;
    return new Standing(committed, polled, stands ? before.since : seen.since);
  }

  /** Returns how long each partition has stood still, in nanoseconds; 0 if no record waits. */
  Map<TopicPartition, Long> standing(long now) {
    return partitions.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                entry -> entry.getValue().waits() ? now - entry.getValue().since : 0));
  }

  /** Returns the committed offset of a partition; 0 if no committed offset is known. */
  long offset(TopicPartition partition) {
    return Math.max(0, partitions.get(partition).committed);
  }
}
