package dev.millrace.streams;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.StreamsConfig;

/** Reads the bytes of one input record again, with a consumer of its own. */
final class SourceRecord {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private SourceRecord() {}

  /**
   * Reads a record of a Kafka Streams application.
   *
   * @param streams the application's configuration
   * @param partition the record's partition
   * @param offset the record's offset
   * @return the bytes of the key and of the value in the topic
   * @throws KafkaException if the record cannot be read within 10 s, or is no longer in its topic
   */
  static RawRecord read(Map<String, ?> streams, TopicPartition partition, long offset) {
    return read(streams, partition, offset, SourceRecord::open);
  }

  /**
   * @param open opens a consumer with a configuration
   */
  static RawRecord read(
      Map<String, ?> streams,
      TopicPartition partition,
      long offset,
      Function<Map<String, Object>, Consumer<byte[], byte[]>> open) {
    Map<String, Object> config =
        new StreamsConfig(streams).getGlobalConsumerConfigs("millrace-source-record");
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    try (Consumer<byte[], byte[]> consumer = open.apply(config)) {
      consumer.assign(List.of(partition));
      consumer.seek(partition, offset);
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(PATIENCE)) {
        if (record.offset() == offset) {
          return new RawRecord(record.key(), record.value());
        }
      }
    }
    throw new KafkaException(
        "record "
            + partition
            + "@"
            + offset
            + " could not be read again for its dead letter; it was deleted, or no broker answered"
            + " within "
            + PATIENCE.toSeconds()
            + " s");
  }

  private static Consumer<byte[], byte[]> open(Map<String, Object> config) {
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }
}
