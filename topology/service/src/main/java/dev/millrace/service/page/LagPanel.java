package dev.millrace.service.page;

import dev.millrace.service.health.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * The content of the panel about the partitions.
 *
 * @param total number of records that the group has not processed
 * @param partitions the partitions with the largest lag; stalled partitions come first
 * @param more number of partitions that are not listed
 */
record LagPanel(long total, List<Partition> partitions, int more) {

  private static final int MOST = 32;

  /**
   * A partition.
   *
   * @param lag number of records that the group has not processed
   * @param stalledSeconds how long the partition has stood still, or 0
   */
  record Partition(String topic, int partition, long lag, long stalledSeconds) {}

  static LagPanel of(Map<TopicPartition, Long> lag, List<Problem> problems) {
    Map<TopicPartition, Long> stalled = new HashMap<>();
    for (Problem problem : problems) {
      if (problem.kind() == Problem.Kind.PARTITION_STALLED) {
        stalled.put(new TopicPartition(problem.topic(), problem.partition()), problem.seconds());
      }
    }
    List<Partition> all = new ArrayList<>();
    lag.forEach(
        (partition, records) ->
            all.add(
                new Partition(
                    partition.topic(),
                    partition.partition(),
                    records,
                    stalled.getOrDefault(partition, 0L))));
    all.sort(
        Comparator.comparing(Partition::stalledSeconds)
            .thenComparing(Partition::lag)
            .reversed()
            .thenComparing(Partition::topic)
            .thenComparing(Partition::partition));
    return new LagPanel(
        lag.values().stream().mapToLong(Long::longValue).sum(),
        all.stream().limit(MOST).toList(),
        Math.max(0, all.size() - MOST));
  }
}
