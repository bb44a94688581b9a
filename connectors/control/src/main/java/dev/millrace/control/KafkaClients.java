package dev.millrace.control;

import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Opens Kafka clients with byte arrays as keys and values. The caller closes the clients. */
interface KafkaClients {

  /** Opens clients that connect to a broker. */
  KafkaClients REAL =
      new KafkaClients() {
        @Override
        public Consumer<byte[], byte[]> consumer(Map<String, Object> config) {
          return new KafkaConsumer<>(
              config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        }

        @Override
        public Producer<byte[], byte[]> producer(Map<String, Object> config) {
          return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
        }
      };

  Consumer<byte[], byte[]> consumer(Map<String, Object> config);

  Producer<byte[], byte[]> producer(Map<String, Object> config);
}
