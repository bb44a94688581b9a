package dev.millrace.control;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;

/**
 * Writes a model's champion. Each change is a transaction, and each model has its own transactional
 * id. So if two writers change a champion at once, the later writer fences the earlier one.
 * Thread-safe.
 */
public final class ControlWriter {

  /**
   * Time after which a broker aborts the transaction of a dead writer. The broker looks for expired
   * transactions every 10 s, so it aborts the transaction within 40 s. A reader waits one minute
   * for the end of an open transaction, which is longer.
   */
  private static final int TRANSACTION_TIMEOUT_MS = 30_000;

  private final Map<String, ?> producer;
  private final Map<String, ?> consumer;
  private final KafkaClients clients;

  /**
   * Creates a writer. Each change opens its own clients and closes them.
   *
   * @param producer configuration of a Kafka producer
   * @param consumer configuration of a Kafka consumer
   */
  public ControlWriter(Map<String, ?> producer, Map<String, ?> consumer) {
    this(producer, consumer, KafkaClients.REAL);
  }

  ControlWriter(Map<String, ?> producer, Map<String, ?> consumer, KafkaClients clients) {
    this.producer = producer;
    this.consumer = consumer;
    this.clients = clients;
  }

  /**
   * Replaces a model's champion. The topic must exist.
   *
   * @param model the model's name
   * @param change computes the next champion from the current one. If it throws an exception, this
   *     method throws the same exception and writes nothing
   * @return the new champion, after all in-sync replicas have stored it
   * @throws OpenTransactionException if a transaction that changes another model's champion stays
   *     open for one minute
   * @throws ConcurrentChangeException if another writer began to change the champion of the same
   *     model during this call
   */
  public Champion change(String model, Function<Optional<Champion>, Champion> change) {
    return write(model, model, reader -> change.apply(reader.readToEnd()), ControlTopic::value);
  }

  /**
   * Replaces the record with a key, in a transaction with the model's transactional id.
   *
   * @param next computes the next value from the topic's records with this key
   */
  <T> T write(
      String model, String key, Function<ControlReader, T> next, Function<T, byte[]> format) {
    Map<String, Object> config = new HashMap<>(producer);
    config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId(model));
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS);
    try (Producer<byte[], byte[]> transactional = clients.producer(config);
        ControlReader reader = new ControlReader(consumer, key, clients, System::nanoTime)) {
      // Fence earlier writers before reading. Otherwise an earlier writer could still change the
      // champion after this read.
      transactional.initTransactions();
      T written = next.apply(reader);
      transactional.beginTransaction();
      var sent =
          transactional.send(
              new ProducerRecord<>(
                  ControlTopic.NAME,
                  ControlTopic.PARTITION.partition(),
                  ControlTopic.key(key),
                  format.apply(written)));
      transactional.commitTransaction();
      sent.get();
      return written;
    } catch (ProducerFencedException | InvalidProducerEpochException e) {
      throw new ConcurrentChangeException(model, e);
    } catch (TransactionalIdAuthorizationException e) {
      throw (KafkaException)
          new TransactionalIdAuthorizationException(
                  "Not authorized to use transactional id " + transactionalId(model))
              .initCause(e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException refused
          ? refused
          : new KafkaException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted while " + ControlTopic.NAME + " was written", e);
    }
  }

  /**
   * {@return the transactional id with which a model's champion is written}
   *
   * @param model the model's name
   */
  public static String transactionalId(String model) {
    return ControlTopic.NAME + "-" + model;
  }
}
