package dev.millrace.tests.connect;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Collects the committed records of a topic from its beginning. Not thread-safe. */
final class TopicReader implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);

  final List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
  private final Set<String> keys = new HashSet<>();
  private final KafkaConsumer<String, byte[]> consumer;
  private final List<TopicPartition> partitions;

  TopicReader(String bootstrapServers, String topic) {
    consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "auto.offset.reset",
                "earliest",
                "isolation.level",
                "read_committed"),
            new StringDeserializer(),
            new ByteArrayDeserializer());
    partitions =
        consumer.partitionsFor(topic).stream()
            .map(partition -> new TopicPartition(topic, partition.partition()))
            .toList();
    consumer.assign(partitions);
  }

  /** Waits until there are records with this number of different keys. */
  void awaitKeys(int count, Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (keys.size() < count) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("only " + keys.size() + " of " + count + " keys arrived");
      }
      poll();
    }
  }

  /** Reads to the end of the topic. */
  void readToEnd() {
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
      poll();
    }
  }

  int keys() {
    return keys.size();
  }

  private void poll() {
    for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
      records.add(record);
      keys.add(record.key());
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
