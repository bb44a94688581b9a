package dev.millrace.service.command.deadletters;

import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.serve.MissingRightException;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;

/**
 * Sends dead letters again, in transactions of up to 100 dead letters. A transaction also holds the
 * log record of each dead letter. If a second replay of the same topic starts, Kafka fences this
 * replay, so that the next transaction of this replay fails. Used by one thread. The caller closes
 * the producer.
 */
final class ReplayTransactions {

  private static final int LARGEST = 100;

  private final Producer<byte[], byte[]> producer;
  private final String topic;
  private int open;

  /**
   * Creates an instance. Aborts the transaction that an earlier replay left open, if there is one.
   */
  ReplayTransactions(Producer<byte[], byte[]> producer, String topic) {
    this.producer = producer;
    this.topic = topic;
    try {
      producer.initTransactions();
    } catch (AuthorizationException e) {
      throw new MissingRightException("Write on transactional id " + transactionalId(topic), e);
    }
  }

  /**
   * {@return the transactional id of all replays of a dead-letter topic} Because all replays share
   * the id, a later replay fences an earlier one.
   */
  static String transactionalId(String topic) {
    return "millrace-replay-" + topic;
  }

  /**
   * {@return the producer's configuration for the replay of a topic}
   *
   * @param topic the dead-letter topic
   * @param maxBytes size of the largest record batch that the dead-letter topic accepts, in bytes
   */
  static Map<String, String> defaults(String topic, int maxBytes) {
    return Map.of(
        ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId(topic),
        ProducerConfig.ACKS_CONFIG, "all",
        ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.toString(maxBytes),
        ProducerConfig.BUFFER_MEMORY_CONFIG, Long.toString(Math.max(32L << 20, 2L * maxBytes)),
        ProducerConfig.MAX_BLOCK_MS_CONFIG, "15000",
        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, "10000",
        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, "20000");
  }

  /** Sends a dead letter again. Consumers see the record after {@link #commit} has returned. */
  void send(ProducerRecord<byte[], byte[]> record, ProducerRecord<byte[], byte[]> entry) {
    try {
      if (open == 0) {
        producer.beginTransaction();
      }
      // If the broker refuses a record, the commit fails.
      Future<RecordMetadata> unused = producer.send(record);
      unused = producer.send(entry);
    } catch (ProducerFencedException | InvalidProducerEpochException e) {
      throw fenced(e);
    }
    open++;
    if (open == LARGEST) {
      commit();
    }
  }

  /** Commits the records sent since the last commit. */
  void commit() {
    if (open == 0) {
      return;
    }
    try {
      producer.commitTransaction();
    } catch (ProducerFencedException | InvalidProducerEpochException e) {
      throw fenced(e);
    }
    open = 0;
  }

  private CommandException fenced(Exception e) {
    return new CommandException(
        "another replay of " + topic + " has started and continues; run one replay at a time", e);
  }
}
