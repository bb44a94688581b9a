package dev.millrace.trainer.stream;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/** How far partitions were read: the next offset of each. For one thread. */
final class ReadOffsets {

  private final Map<String, Map<Integer, Long>> next = new HashMap<>();

  /**
   * @param byTopic the next offset by partition, by topic; copied
   */
  ReadOffsets(Map<String, Map<Integer, Long>> byTopic) {
    byTopic.forEach((topic, offsets) -> next.put(topic, new TreeMap<>(offsets)));
  }

  void put(TopicPartition partition, long offset) {
    next.computeIfAbsent(partition.topic(), topic -> new TreeMap<>())
        .put(partition.partition(), offset);
  }

  /** The next offset; none if nothing was read of the partition. */
  OptionalLong get(TopicPartition partition) {
    Long offset = next.getOrDefault(partition.topic(), Map.of()).get(partition.partition());
    return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
  }

  /** As the constructor takes them; a view. */
  Map<String, Map<Integer, Long>> byTopic() {
    return next;
  }
}
