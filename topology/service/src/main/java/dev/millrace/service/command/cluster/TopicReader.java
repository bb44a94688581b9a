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
 * Reads the committed records of a topic, from the first record to the last one that exists when
 * the read starts. Uses no consumer group. Used by one thread. The caller closes the consumer.
 */
public final class TopicReader {

  private static final Duration POLL = Duration.ofMillis(200);

  private final Consumer<byte[], byte[]> consumer;

  /**
   * @param consumer the consumer, which the caller closes
   */
  public TopicReader(Consumer<byte[], byte[]> consumer) {
    this.consumer = consumer;
  }

  /**
   * {@return a new consumer for this class, which the caller closes}
   *
   * @param kafka the options of Kafka's clients
   */
  public static Consumer<byte[], byte[]> consumer(KafkaOptions kafka) {
    Map<String, String> defaults = new HashMap<>(KafkaOptions.PATIENCE);
    defaults.putAll(GrouplessConsumer.KEYS);
    return new KafkaConsumer<>(
        GrouplessConsumer.config(kafka.consumer(defaults)),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  /**
   * Reads a topic up to the last record that exists when the read starts. If {@code wantsMore}
   * never returns false, the next poll of the consumer returns the newer records.
   *
   * @param topic the topic's name
   * @param wantsMore receives each record, and returns whether to read the next record
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
        consumer.endOffsets(partitions); // unlike poll, endOffsets fails if no broker answers
      }
      for (ConsumerRecord<byte[], byte[]> record : records) {
        TopicPartition partition = new TopicPartition(topic, record.partition());
        if (record.offset() < ends.get(partition) && !wantsMore.test(record)) {
          return;
        }
      }
    }
    // A poll may have returned newer records. The next poll must return them again.
    ends.forEach(consumer::seek);
  }
}
