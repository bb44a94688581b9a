package dev.millrace.streams.clients;

import dev.millrace.streams.internals.TaskRevival;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Kafka's producer, except for two guards:
 *
 * <ul>
 *   <li>A transaction commits no offset beyond the records that its thread's consumer has returned,
 *       and none of a task whose results were aborted or not sent (see {@link ReturnedRecords}).
 *   <li>If a result cannot be sent now, for example within {@code delivery.timeout.ms}, all tasks
 *       of the thread begin again at their committed offsets (see {@link #send}).
 * </ul>
 *
 * <p>Only its stream thread sends records, and begins and ends transactions.
 */
public final class PromptProducer extends KafkaProducer<byte[], byte[]> {

  private final Supplier<? extends ShortPollConsumer> consumer;
  private final CommittedOffsets committed;

  /** The offsets of the current transaction. */
  private final Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();

  /**
   * @param config Kafka's configuration
   * @param consumer returns the consumer that the calling stream thread polls; null if it polls no
   *     consumer of {@code PromptClients}
   * @param committed receives the offsets of each transaction that was committed
   */
  public PromptProducer(
      Map<String, Object> config,
      Supplier<? extends ShortPollConsumer> consumer,
      CommittedOffsets committed) {
    super(config, new ByteArraySerializer(), new ByteArraySerializer());
    this.consumer = consumer;
    this.committed = committed;
  }

  @Override
  public void initTransactions() {
    super.initTransactions();
    TaskRevival.transactionsAreGuarded();
  }

  /**
   * Sends a record. If the send fails with a retriable exception, {@code callback} receives an
   * {@link OutOfOrderSequenceException} whose cause is this exception. Kafka Streams then closes
   * all tasks of the thread and joins the group again, and does not ask the {@code
   * production.exception.handler}.
   *
   * <p>With the retriable exception itself, Kafka Streams would process the records of only one
   * task again. It forgets the failed sends of the thread's other tasks ({@code
   * RecordCollectorImpl}), and would commit the offsets of their records.
   */
  @Override
  public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
    ShortPollConsumer polled = consumer.get();
    return super.send(
        record,
        (metadata, failure) -> {
          if (failure instanceof RetriableException && polled != null) {
            polled.resultNotSent();
          }
          if (callback != null) {
            callback.onCompletion(metadata, withoutRetry(failure));
          }
        });
  }

  /**
   * Returns the failure that Kafka Streams gets: an exception that is not retriable, or null if the
   * send has not failed.
   */
  static Exception withoutRetry(Exception failure) {
    if (!(failure instanceof RetriableException)) {
      return failure;
    }
    Exception lost =
        new OutOfOrderSequenceException(
            "a record was not sent, so the stream thread processes its records since the last"
                + " commit again: "
                + failure.getMessage());
    lost.initCause(failure);
    return lost;
  }

  @Override
  public void beginTransaction() {
    offsets.clear();
    super.beginTransaction();
  }

  @Override
  public void sendOffsetsToTransaction(
      Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
    ShortPollConsumer polled = consumer.get();
    Map<TopicPartition, OffsetAndMetadata> sent =
        polled == null ? offsets : polled.committableInTransaction(offsets);
    super.sendOffsetsToTransaction(sent, group);
    this.offsets.putAll(sent);
  }

  @Override
  public void commitTransaction() {
    super.commitTransaction();
    committed.add(offsets);
  }

  @Override
  public void abortTransaction() {
    ShortPollConsumer polled = consumer.get();
    if (polled != null) {
      polled.transactionAborted();
    }
    super.abortTransaction();
  }
}
