package dev.millrace.streams.clients;

import dev.millrace.streams.internals.TaskRevival;
import dev.millrace.streams.internals.UnsentResults;
import dev.millrace.streams.sending.RefusedSends;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TransactionAbortedException;
import org.apache.kafka.common.errors.UnknownProducerIdException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.TaskMigratedException;

/**
 * Kafka's producer, except for six guards:
 *
 * <ul>
 *   <li>A transaction commits no offset beyond the records that its thread's consumer has returned,
 *       and none of a task whose results were aborted (see {@link ReturnedRecords}).
 *   <li>If a result cannot be sent now, for example within {@code delivery.timeout.ms}, all tasks
 *       of the thread begin again at their committed offsets (see {@link #send}).
 *   <li>No task commits while a result of its thread is missing (see {@link UnsentResults}).
 *   <li>Nothing is sent after the thread has given up its work (see {@link #beginTransaction}).
 *   <li>If the broker has aborted a transaction because the thread waited too long for answers, the
 *       thread fails instead of joining its group again (see {@link OpenTransaction}).
 *   <li>If the broker has aborted a transaction for another reason, or a commit or an abort has
 *       timed out, the thread does not fail (see {@link #beginTransaction}).
 * </ul>
 *
 * <p>Only its stream thread sends records, and begins and ends transactions.
 */
public final class PromptProducer extends KafkaProducer<byte[], byte[]> {

  private static final Duration KAFKAS_TRANSACTION_TIMEOUT = Duration.ofMinutes(1);

  private final Supplier<? extends ShortPollConsumer> consumer;
  private final CommittedOffsets committed;
  private final UnsentResults unsent;
  private final Duration transactionTimeout;

  /** The transaction of the stream thread that uses this producer. */
  private volatile OpenTransaction transaction = new OpenTransaction(System::nanoTime);

  /** The offsets of the current transaction. */
  private final Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();

  /** Waits once more for the last commit or abort, which has timed out; null if none has. */
  private Runnable unfinished;

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
    this(config, consumer, committed, new UnsentResults());
  }

  PromptProducer(
      Map<String, Object> config,
      Supplier<? extends ShortPollConsumer> consumer,
      CommittedOffsets committed,
      UnsentResults unsent) {
    super(config, new ByteArraySerializer(), new ByteArraySerializer());
    this.consumer = consumer;
    this.committed = committed;
    this.unsent = unsent;
    Object timeout = config.get(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG);
    transactionTimeout =
        timeout == null
            ? KAFKAS_TRANSACTION_TIMEOUT
            : Duration.ofMillis(Long.parseLong(timeout.toString().trim()));
  }

  @Override
  public void initTransactions() {
    super.initTransactions();
    TaskRevival.transactionsAreGuarded();
  }

  /**
   * Sends a record. If the send fails because the record cannot be sent now, {@code callback}
   * receives an {@link OutOfOrderSequenceException} whose cause is this failure. Kafka Streams then
   * closes all tasks of the thread and joins the group again, and does not ask the {@code
   * production.exception.handler}.
   *
   * <p>With a retriable exception itself, Kafka Streams would process the records of only one task
   * again. It forgets the failed sends of the thread's other tasks ({@code RecordCollectorImpl}),
   * and would commit the offsets of their records.
   *
   * @throws KafkaException if the transaction has failed. If it has failed because an earlier
   *     record could not be sent, the cause is an {@link UnknownProducerIdException}, so that Kafka
   *     Streams joins the group again, too ({@code StreamsProducer.isRecoverable})
   */
  @Override
  public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
    try {
      return super.send(
          record,
          (metadata, failure) -> {
            if (failure != null) {
              failed(record.topic(), callback, metadata, failure);
            } else if (callback != null) {
              callback.onCompletion(metadata, null);
            }
          });
    } catch (KafkaException e) {
      KafkaException late = late(e);
      throw late != null ? late : mayPass(e.getCause()) ? joiningAgain(e) : e;
    }
  }

  /** Passes a failure on to Kafka Streams, and remembers it, unless Kafka Streams ignores it. */
  void failed(String topic, Callback callback, RecordMetadata metadata, Exception failure) {
    KafkaException late = late(failure);
    // Kafka Streams asks no handler about an IllegalStateException, and fails.
    Exception passedOn =
        late == null ? withoutRetry(failure) : new IllegalStateException(late.getMessage(), late);
    boolean refused =
        RefusedSends.refuses(
            () -> {
              if (callback != null) {
                callback.onCompletion(metadata, passedOn);
              }
            });
    if (passedOn instanceof OutOfOrderSequenceException) {
      unsent.add(new TaskMigratedException(passedOn.getMessage(), failure));
    } else if ((refused && !(failure instanceof TransactionAbortedException))
        || UnsentResults.isFatal(passedOn)) {
      unsent.add(
          new StreamsException(
              "a record was not sent to topic " + topic + ": " + passedOn.getMessage(), passedOn));
    }
  }

  private KafkaException late(Exception failure) {
    return transaction.late(failure, transactionTimeout);
  }

  /**
   * Returns the failure that Kafka Streams gets: an exception that is not retriable, or null if the
   * send has not failed.
   */
  static Exception withoutRetry(Exception failure) {
    if (!mayPass(failure)) {
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

  /**
   * Tests whether a record may be sent later. Kafka's producer wraps a retriable exception that has
   * ended a transaction ({@code TransactionManager.maybeTransitionToErrorState}).
   */
  private static boolean mayPass(Throwable failure) {
    return failure instanceof RetriableException || OpenTransaction.wasAborted(failure);
  }

  private static KafkaException joiningAgain(KafkaException failure) {
    UnknownProducerIdException cause = new UnknownProducerIdException(failure.getMessage());
    cause.initCause(failure);
    return new KafkaException(failure.getMessage(), cause);
  }

  /**
   * Waits until all records are sent.
   *
   * @throws KafkaException if a record was not sent, even if Kafka Streams has forgotten the
   *     failure (see {@link UnsentResults})
   */
  @Override
  public void flush() {
    super.flush();
    unsent.requireNone();
  }

  /**
   * Begins a transaction. If the commit or the abort of the last one has timed out, waits for it
   * once more. Kafka Streams ignores the time-out, but Kafka's producer begins no transaction
   * before the call is repeated.
   *
   * @throws InvalidProducerEpochException if the commit or the abort times out again, so that Kafka
   *     Streams joins the group again. With a {@link TimeoutException}, it would ask the {@code
   *     processing.exception.handler}, which may drop a result
   * @throws KafkaException if the thread has given up its work, and its tasks are not closed yet
   *     (see {@link TaskRevival#isGivenUp})
   */
  @Override
  public void beginTransaction() {
    if (TaskRevival.isGivenUp()) {
      throw new KafkaException("the thread has given up its work, and sends nothing more");
    }
    orJoinAgain(
        () -> {
          if (unfinished != null) {
            finishLastTransaction();
          }
          super.beginTransaction();
        });
    offsets.clear();
    transaction = OwedAnswers.ofThisThread().transaction();
    transaction.begins();
  }

  private void finishLastTransaction() {
    try {
      unfinished.run();
    } catch (TimeoutException e) {
      KafkaException joining =
          new InvalidProducerEpochException(
              "the last transaction has not ended, so no other one can begin: " + e.getMessage());
      joining.initCause(e);
      throw joining;
    }
  }

  @Override
  public void sendOffsetsToTransaction(
      Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
    ShortPollConsumer polled = consumer.get();
    Map<TopicPartition, OffsetAndMetadata> sent =
        polled == null ? offsets : polled.committableInTransaction(offsets);
    orJoinAgain(() -> super.sendOffsetsToTransaction(sent, group));
    this.offsets.putAll(sent);
  }

  @Override
  public void commitTransaction() {
    orJoinAgain(this::commit);
  }

  private void commit() {
    finish(super::commitTransaction, this::commit);
    transaction.ends();
    committed.add(offsets);
  }

  /**
   * Aborts the transaction. If its commit has timed out, waits for the commit instead. Kafka's
   * producer cannot abort the transaction then, because the broker may have committed it. The
   * commit includes the offsets of the results, so the thread's tasks may begin again at the
   * committed offsets in both cases.
   */
  @Override
  public void abortTransaction() {
    ShortPollConsumer polled = consumer.get();
    if (polled != null) {
      polled.transactionAborted();
    }
    transaction.ends();
    orJoinAgain(unfinished == null ? this::abort : unfinished);
    forgetUnsent();
  }

  private void abort() {
    finish(super::abortTransaction, this::abort);
    forgetUnsent();
  }

  private void forgetUnsent() {
    if (consumer.get() != null) {
      unsent.forget();
    }
  }

  /**
   * Commits or aborts the transaction. If the call times out or is interrupted, {@code again} has
   * to repeat it.
   */
  private void finish(Runnable call, Runnable again) {
    unfinished = null;
    try {
      call.run();
    } catch (TimeoutException | InterruptException e) {
      unfinished = again;
      throw e;
    }
  }

  /**
   * Calls Kafka's producer.
   *
   * @throws InvalidProducerEpochException if the broker has aborted the transaction, so that Kafka
   *     Streams joins the group again ({@code StreamsProducer.commitTransaction})
   */
  private void orJoinAgain(Runnable call) {
    try {
      call.run();
    } catch (KafkaException e) {
      KafkaException late = late(e);
      throw late == null ? OpenTransaction.joiningAgain(e) : late;
    }
  }
}
