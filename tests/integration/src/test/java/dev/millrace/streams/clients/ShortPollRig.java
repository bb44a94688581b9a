package dev.millrace.streams.clients;

import static org.awaitility.Awaitility.await;

import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.tests.SharedBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A {@link ShortPollConsumer} on a real broker, and a topic of two partitions, the first of which
 * has records.
 */
@Tag("broker")
@Timeout(120)
@ExtendWith(SharedBroker.class)
abstract class ShortPollRig {

  static final int RECORDS = 10;
  static final int MOST = 3;

  static final Duration PATIENCE = Duration.ofMinutes(1);

  final String topic = "short-polls-" + UUID.randomUUID();
  final TopicPartition partition = new TopicPartition(topic, 0);
  final Map<String, Object> config = new HashMap<>();
  int most = MOST;
  ShortPollConsumer consumer;

  @BeforeEach
  void start(EmbeddedBroker broker) throws Exception {
    Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
    try (Admin admin = Admin.create(kafka)) {
      admin.createTopics(List.of(new NewTopic(topic, 2, (short) 1))).all().get();
    }
    config.putAll(kafka);
    send(partition, RECORDS);
    config.put("group.id", topic);
    config.put("auto.offset.reset", "earliest");
    config.put("enable.auto.commit", false);
    config.put("partition.assignment.strategy", CooperativeStickyAssignor.class.getName());
    consumer = new ShortPollConsumer(config, () -> most);
  }

  final void send(TopicPartition to, int records) {
    send(to, records, 1);
  }

  final void send(TopicPartition to, int records, int bytes) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", config.get("bootstrap.servers")),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (int i = 0; i < records; i++) {
        var unused =
            producer.send(new ProducerRecord<>(to.topic(), to.partition(), null, new byte[bytes]));
      }
    }
  }

  @AfterEach
  void close() {
    consumer.close();
  }

  final void assign() {
    consumer.assign(Set.of(partition));
    consumer.seek(partition, 0);
  }

  /** Polls until a poll returns records, and returns their offsets. */
  final List<Long> poll() {
    List<Long> offsets = new ArrayList<>();
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              for (ConsumerRecord<byte[], byte[]> record :
                  consumer.poll(Duration.ofMillis(100)).records(partition)) {
                offsets.add(record.offset());
              }
              return !offsets.isEmpty();
            });
    return offsets;
  }
}
