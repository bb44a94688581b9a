package dev.millrace.trainer.stream;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/** The next offset to read of each partition. Confined to one thread. */
final class ReadOffsets {

  private final Map<String, Map<Integer, Long>> next = new HashMap<>();

  /**
   * @param byTopic the next offset by topic and partition; this constructor copies the map
   */
  ReadOffsets(Map<String, Map<Integer, Long>> byTopic) {
    byTopic.forEach((topic, offsets) -> next.put(topic, new TreeMap<>(offsets)));
  }

  void put(TopicPartition partition, long offset) {
    next.computeIfAbsent(partition.topic(), topic -> new TreeMap<>())
        .put(partition.partition(), offset);
  }

  /** {@return the next offset, or empty if no record of the partition was read} */
  OptionalLong get(TopicPartition partition) {
    Long offset = next.getOrDefault(partition.topic(), Map.of()).get(partition.partition());
    return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
  }

  /** Removes the offsets of a topic. */
  void remove(String topic) {
    next.remove(topic);
  }

  /** {@return a view of the offsets, by topic and partition} */
  Map<String, Map<Integer, Long>> byTopic() {
    return next;
  }
}
