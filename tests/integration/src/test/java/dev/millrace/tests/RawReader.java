package dev.millrace.tests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads the records of a topic from its beginning. Keys and values are bytes. */
final class RawReader implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final List<TopicPartition> partitions;

  /** Reads the committed records. */
  RawReader(String bootstrapServers, String topic) {
    this(bootstrapServers, topic, "read_committed");
  }

  /**
   * Reads records.
   *
   * @param isolation {@code read_committed}, or {@code read_uncommitted} to read also the records
   *     of open and aborted transactions
   */
  RawReader(String bootstrapServers, String topic, String isolation) {
    consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "auto.offset.reset",
                "earliest",
                "isolation.level",
                isolation),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    partitions =
        consumer.partitionsFor(topic).stream()
            .map(p -> new TopicPartition(topic, p.partition()))
            .toList();
    consumer.assign(partitions);
  }

  ConsumerRecords<byte[], byte[]> poll() {
    return consumer.poll(Duration.ofMillis(50));
  }

  /** Returns the records that are in the topic now and were not read before. */
  List<ConsumerRecord<byte[], byte[]>> rest() {
    List<ConsumerRecord<byte[], byte[]>> rest = new ArrayList<>();
    while (!isAtEnd()) {
      poll().forEach(rest::add);
    }
    return rest;
  }

  boolean isAtEnd() {
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    return partitions.stream().allMatch(p -> consumer.position(p) >= ends.get(p));
  }

  static JsonNode json(ConsumerRecord<byte[], byte[]> record) {
    try {
      return JSON.readTree(record.value());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
