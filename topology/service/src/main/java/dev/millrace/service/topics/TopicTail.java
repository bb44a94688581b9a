package dev.millrace.service.topics;

import dev.millrace.control.GrouplessConsumer;
import dev.millrace.registry.RegistryException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads the newest records of a few topics, and then the records that follow. If a topic does not
 * exist, it is read as soon as it is created. Uses no consumer group. Used by one thread.
 */
public final class TopicTail implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);

  /** Largest number of polls in one call. The rest of a long topic waits for the next call. */
  private static final int MOST_POLLS = 50;

  /**
   * A topic to read.
   *
   * @param records number of newest records of each partition to begin with
   * @param reader receives the records, the oldest of a partition first
   */
  public record Wanted(
      long records, java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> reader) {}

  private final Consumer<byte[], byte[]> consumer;
  private final Map<String, Wanted> wanted;
  private final Set<String> denied = new TreeSet<>();

  /** The topics that the user had no right to describe at the last {@link #look}. */
  private final Set<String> hidden = new TreeSet<>();

  /**
   * Opens a consumer. Reads nothing before {@link #look}.
   *
   * @param kafka configuration of a consumer
   * @param clientId the consumer's client id
   * @param wanted the topics by name
   */
  public TopicTail(Map<String, Object> kafka, String clientId, Map<String, Wanted> wanted) {
    this.consumer = new KafkaConsumer<>(config(kafka, clientId));
    this.wanted = new LinkedHashMap<>(wanted);
  }

  /**
   * {@return the configuration of a consumer without a group that takes little memory}
   *
   * @param kafka configuration of a consumer
   * @param clientId the consumer's client id
   */
  public static Map<String, Object> config(Map<String, Object> kafka, String clientId) {
    Map<String, Object> config = new HashMap<>(GrouplessConsumer.config(kafka));
    config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    config.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
    config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 5_000);
    config.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, 4_000);
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 50);
    config.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 1 << 20);
    config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 256 << 10);
    return config;
  }

  /**
   * Passes new records to the readers.
   *
   * @throws org.apache.kafka.common.KafkaException if no broker answers
   * @throws RegistryException if a reader throws this exception. The next call passes the record
   *     again
   */
  public void poll() {
    try {
      for (int i = 0; i < MOST_POLLS && !consumer.assignment().isEmpty(); i++) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        if (records.isEmpty()) {
          return;
        }
        pass(records);
      }
    } catch (TopicAuthorizationException e) {
      denied.addAll(e.unauthorizedTopics());
      consumer.assign(
          consumer.assignment().stream()
              .filter(partition -> !denied.contains(partition.topic()))
              .toList());
    }
  }

  private void pass(ConsumerRecords<byte[], byte[]> records) {
    Map<TopicPartition, Long> next = new HashMap<>();
    for (TopicPartition partition : records.partitions()) {
      next.put(partition, records.records(partition).get(0).offset());
    }
    try {
      for (ConsumerRecord<byte[], byte[]> record : records) {
        wanted.get(record.topic()).reader().accept(record);
        next.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
      }
    } catch (RegistryException e) { // the record is not at fault
      next.forEach(consumer::seek);
      throw e;
    }
  }

  /**
   * {@return whether the user has no right to read a topic}
   *
   * @param topic the topic's name
   */
  public boolean isDenied(String topic) {
    return denied.contains(topic) || hidden.contains(topic);
  }

  /**
   * Looks for topics and partitions that are new.
   *
   * @throws org.apache.kafka.common.KafkaException if no broker answers
   */
  public void look() {
    Map<String, List<PartitionInfo>> existing = consumer.listTopics();
    List<TopicPartition> added = new ArrayList<>();
    hidden.clear();
    for (String topic : wanted.keySet()) {
      if (!existing.containsKey(topic) && isHidden(topic)) {
        hidden.add(topic);
      }
      for (PartitionInfo info : existing.getOrDefault(topic, List.of())) {
        TopicPartition partition = new TopicPartition(topic, info.partition());
        if (!denied.contains(topic) && !consumer.assignment().contains(partition)) {
          added.add(partition);
        }
      }
    }
    if (added.isEmpty()) {
      return;
    }
    List<TopicPartition> all = new ArrayList<>(consumer.assignment());
    all.addAll(added);
    Map<TopicPartition, Long> begins = consumer.beginningOffsets(added);
    Map<TopicPartition, Long> ends = consumer.endOffsets(added);
    consumer.assign(all);
    for (TopicPartition partition : added) {
      long first = ends.get(partition) - wanted.get(partition.topic()).records();
      consumer.seek(partition, Math.max(begins.get(partition), first));
    }
  }

  /** {@return whether a list of topics lacks a topic because the user may not describe it} */
  private boolean isHidden(String topic) {
    try {
      var unused = consumer.partitionsFor(topic);
      return false;
    } catch (TopicAuthorizationException e) {
      return true;
    }
  }

  @Override
  public void close() {
    consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ZERO));
  }
}
