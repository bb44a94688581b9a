package dev.millrace.tests.docker;

import dev.millrace.events.Prediction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A broker in a container, for clients outside the container.
 *
 * @param bootstrapServers the broker's address on this machine
 */
record Broker(String bootstrapServers) {

  /**
   * Sends records to the input topic, and returns once the broker has stored them.
   *
   * @param values values of the records, by the records' keys
   */
  void send(Map<String, byte[]> values) throws Exception {
    send("images", values);
  }

  /** Sends records to a topic, and returns once the broker has stored them. */
  void send(String topic, Map<String, byte[]> values) throws Exception {
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(connection(), new StringSerializer(), new ByteArraySerializer())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      values.forEach(
          (id, value) -> sent.add(producer.send(new ProducerRecord<>(topic, id, value))));
      for (Future<RecordMetadata> one : sent) {
        one.get();
      }
    }
  }

  /** Returns all images that are in the input topic now. */
  List<ConsumerRecord<String, byte[]>> images() {
    return read("images", new ByteArrayDeserializer());
  }

  /** Returns all predictions that are in the output topic now. */
  List<ConsumerRecord<String, Prediction>> predictions() {
    return read("predictions", Prediction.serde().deserializer());
  }

  /** Returns all dead letters that are in their topic now. */
  List<ConsumerRecord<String, byte[]>> deadLetters() {
    return read("images.dead-letters", new ByteArrayDeserializer());
  }

  /** Returns the number of input records that a group has committed. */
  long committed(String group) throws Exception {
    try (Admin admin = Admin.create(connection())) {
      return admin
          .listConsumerGroupOffsets(group)
          .partitionsToOffsetAndMetadata()
          .get()
          .entrySet()
          .stream()
          .filter(entry -> entry.getKey().topic().equals("images"))
          .map(Map.Entry::getValue)
          .mapToLong(OffsetAndMetadata::offset)
          .sum();
    }
  }

  private <V> List<ConsumerRecord<String, V>> read(String topic, Deserializer<V> values) {
    List<ConsumerRecord<String, V>> records = new ArrayList<>();
    try (KafkaConsumer<String, V> consumer =
        new KafkaConsumer<>(connection(), new StringDeserializer(), values)) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(partition -> new TopicPartition(topic, partition.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(one -> consumer.position(one) < ends.get(one))) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
    }
    return records;
  }

  private Map<String, Object> connection() {
    return Map.of("bootstrap.servers", bootstrapServers);
  }
}
