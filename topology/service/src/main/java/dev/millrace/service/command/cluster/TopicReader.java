package dev.millrace.service.command.cluster;

import dev.millrace.control.GrouplessConsumer;
import dev.millrace.service.command.options.KafkaOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads a topic from its beginning to where it ended when reading began: committed records only,
 * without a group. For one thread; the consumer belongs to the caller.
 */
public final class TopicReader {

  private static final Duration POLL = Duration.ofMillis(200);

  private final Consumer<byte[], byte[]> consumer;

  /**
   * @param consumer stays the caller's
   */
  public TopicReader(Consumer<byte[], byte[]> consumer) {
    this.consumer = consumer;
  }

  /** A consumer for this, which the caller closes. */
  public static Consumer<byte[], byte[]> consumer(KafkaOptions kafka) {
    Map<String, String> defaults = new HashMap<>(KafkaOptions.PATIENCE);
    defaults.putAll(GrouplessConsumer.KEYS);
    return new KafkaConsumer<>(
        GrouplessConsumer.config(kafka.consumer(defaults)),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  /**
   * Reads a topic. The consumer is then at its end.
   *
   * @param wantsMore takes a record, and says whether it wants another
   */
  public void read(String topic, Predicate<ConsumerRecord<byte[], byte[]>> wantsMore) {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(partition -> new TopicPartition(topic, partition.partition()))
            .toList();
    consumer.assign(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    consumer.seekToBeginning(partitions);
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
      if (records.isEmpty()) {
        consumer.endOffsets(partitions); // fails where the broker is gone, as a poll does not
      }
      for (ConsumerRecord<byte[], byte[]> record : records) {
        TopicPartition partition = new TopicPartition(topic, record.partition());
        if (record.offset() < ends.get(partition) && !wantsMore.test(record)) {
          return;
        }
      }
    }
  }
}
