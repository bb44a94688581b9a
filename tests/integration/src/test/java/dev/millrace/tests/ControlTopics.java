package dev.millrace.tests;

import dev.millrace.control.Champion;
import dev.millrace.control.ControlReader;
import dev.millrace.control.ControlTopic;
import dev.millrace.control.SwapReport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads the champion of a model from the control topic, and the reports about a model from the
 * status topic.
 */
final class ControlTopics {

  private ControlTopics() {}

  /** Returns the champion, which is the model version that all instances have to serve. */
  static Champion champion(String bootstrapServers, String model) {
    try (ControlReader reader =
        new ControlReader(Map.of("bootstrap.servers", bootstrapServers), model)) {
      return reader.readToEnd().orElseThrow();
    }
  }

  /** Returns all reports about versions, the oldest first. */
  static List<SwapReport> reports(String bootstrapServers, String model) throws IOException {
    List<SwapReport> reports = new ArrayList<>();
    for (byte[] value : statusOf(bootstrapServers, model)) {
      reports.add(SwapReport.fromJson(value));
    }
    return reports;
  }

  /** Returns the values of the status topic's records that have this key. */
  static List<byte[]> statusOf(String bootstrapServers, String key) {
    TopicPartition status = new TopicPartition(ControlTopic.STATUS, 0);
    List<byte[]> values = new ArrayList<>();
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(List.of(status));
      consumer.seekToBeginning(List.of(status));
      long end = consumer.endOffsets(List.of(status)).get(status);
      while (consumer.position(status) < end) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          if (key.equals(record.key())) {
            values.add(record.value());
          }
        }
      }
    }
    return values;
  }
}
