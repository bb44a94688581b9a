package dev.millrace.control;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Reads and writes the names of a model's classes, which the control topic holds in the order of
 * their indices. A trainer writes the names before it uses the index of a new class. So two
 * trainers never give the same index to different classes. Each change is a transaction with the
 * model's transactional id, as in {@link ControlWriter}. Each call opens its own clients and closes
 * them. Thread-safe.
 */
public final class ClassIndices {

  private final Map<String, ?> consumer;
  private final KafkaClients clients;
  private final ControlWriter writer;
  private final String model;

  /**
   * Creates the object without opening a client.
   *
   * @param producer configuration of a Kafka producer
   * @param consumer configuration of a Kafka consumer
   * @param model the model's name
   */
  public ClassIndices(Map<String, ?> producer, Map<String, ?> consumer, String model) {
    this(producer, consumer, model, KafkaClients.REAL);
  }

  ClassIndices(
      Map<String, ?> producer, Map<String, ?> consumer, String model, KafkaClients clients) {
    this.consumer = consumer;
    this.clients = clients;
    this.writer = new ControlWriter(producer, consumer, clients);
    this.model = model;
  }

  /**
   * {@return the names of the classes, in the order of their indices; empty if none has an index}
   *
   * @throws org.apache.kafka.common.KafkaException if the control topic cannot be read
   */
  public List<String> read() {
    try (ControlReader reader =
        new ControlReader(consumer, ControlTopic.classesKey(model), clients, System::nanoTime)) {
      return read(reader);
    }
  }

  /**
   * Replaces the names. The topic must exist.
   *
   * @param change computes the new names from the current names
   * @return the new names, after all in-sync replicas have stored them
   * @throws ConcurrentChangeException if another writer began to change the names, or the model's
   *     champion, during this call
   * @throws org.apache.kafka.common.KafkaException if the control topic cannot be written
   */
  public List<String> change(UnaryOperator<List<String>> change) {
    return writer.write(
        model,
        ControlTopic.classesKey(model),
        reader -> change.apply(read(reader)),
        ControlTopic::value);
  }

  private static List<String> read(ControlReader reader) {
    return reader.readToEnd(List.of(), ClassIndices::of);
  }

  private static List<String> of(ConsumerRecord<byte[], byte[]> record, List<String> otherwise) {
    try {
      return ControlTopic.classes(record);
    } catch (IOException e) {
      ControlReader.warnOf(record, e);
      return otherwise;
    }
  }
}
