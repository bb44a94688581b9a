package dev.millrace.service.quality;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;

/** The newest labels of a topic, by the ids of their images. Thread-safe. */
final class KnownLabels {

  /** Largest number of labels to keep. */
  static final int MOST = 10_000;

  private final Deserializer<String> deserializer;
  private final Map<String, String> labels =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > MOST;
        }
      };

  /**
   * @param deserializer reads the labels
   */
  KnownLabels(Deserializer<String> deserializer) {
    this.deserializer = deserializer;
  }

  /**
   * Adds a record of the topic. Ignores a record without a key or without a valid label.
   *
   * @throws dev.millrace.registry.RegistryException if the schema registry does not answer
   */
  void add(ConsumerRecord<byte[], byte[]> record) {
    if (record.key() == null) {
      return;
    }
    String id = new String(record.key(), StandardCharsets.UTF_8);
    try {
      String label = deserializer.deserialize(record.topic(), record.headers(), record.value());
      synchronized (labels) {
        labels.remove(id);
        if (label != null) {
          labels.put(id, label);
        }
      }
    } catch (SerializationException e) {
      // The trainer also skips a record without a valid label.
    }
  }

  /** Returns an image's label, or empty if it is not known. */
  Optional<String> find(String id) {
    synchronized (labels) {
      return Optional.ofNullable(labels.get(id));
    }
  }
}
