package dev.millrace.streams.clients;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TransactionAbortableException;

/**
 * How long a stream thread has waited for answers in its current transaction.
 *
 * <p>The broker aborts a transaction that is open for longer than {@code transaction.timeout.ms}.
 * Kafka Streams takes this for the sign that another member has the thread's tasks. The thread
 * joins its group again, and processes its records again. With a model that is too slow for the
 * transaction timeout, this would go on for ever. So if the thread has spent most of the time on
 * waits for answers, it has to fail with an exception that says so.
 *
 * <p>The stream thread begins and ends the transaction. The producer's network thread may ask for
 * {@link #late}.
 */
public final class OpenTransaction {

  private final LongSupplier nanoTime;

  private volatile boolean open;
  private volatile long begun;
  private volatile long waited;

  /**
   * Creates an object for a thread without a transaction.
   *
   * @param nanoTime the clock, for example {@link System#nanoTime}
   */
  public OpenTransaction(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  void begins() {
    begun = nanoTime.getAsLong();
    waited = 0;
    open = true;
  }

  void ends() {
    open = false;
  }

  /**
   * To be called by the stream thread after a wait for an answer.
   *
   * @param nanos the time of the wait, in ns
   */
  @SuppressWarnings("NonAtomicVolatileUpdate") // only the stream thread writes
  void waited(long nanos) {
    if (open) {
      waited += nanos;
    }
  }

  /**
   * Returns the exception with which the thread has to fail; null if the thread may join its group
   * again.
   *
   * @param failure the failure of a send or of a commit
   * @param timeout the transaction timeout
   * @return an exception if the broker has aborted the transaction, the transaction was open for
   *     longer than {@code timeout}, and the thread has waited for answers for at least half of
   *     this time; otherwise null
   */
  KafkaException late(Exception failure, Duration timeout) {
    long age = nanoTime.getAsLong() - begun;
    if (!open || age < timeout.toNanos() || 2 * waited < age || !isAborted(failure)) {
      return null;
    }
    String reason =
        "the broker aborted a transaction that was open for "
            + TimeUnit.NANOSECONDS.toMillis(age)
            + " ms, because the device was too slow: of this time, the stream thread waited "
            + TimeUnit.NANOSECONDS.toMillis(waited)
            + " ms for answers. Raise transaction.timeout.ms ("
            + timeout.toMillis()
            + "), or use a faster model or device";
    KafkaException late = new KafkaException(reason, new TimeoutException(reason));
    late.addSuppressed(failure);
    return late;
  }

  private static boolean isAborted(Throwable failure) {
    return failure != null
        && (failure instanceof ProducerFencedException
            || failure instanceof InvalidProducerEpochException
            || failure instanceof InvalidPidMappingException
            || failure instanceof InvalidTxnStateException
            || failure instanceof TransactionAbortableException
            || isAborted(failure.getCause()));
  }

  /**
   * Tests whether a broker has aborted a transaction, and has answered with an exception with which
   * Kafka Streams would fail. Brokers do so from version 4.0 on (KIP-890).
   */
  static boolean wasAborted(Throwable failure) {
    return failure instanceof TransactionAbortableException
        || failure instanceof InvalidTxnStateException;
  }

  /**
   * {@return the exception to throw after the failure of a commit or of an abort} If the broker has
   * aborted the transaction, this is an exception after which Kafka Streams joins the group again.
   */
  static KafkaException joiningAgain(KafkaException failure) {
    if (!wasAborted(failure) && !wasAborted(failure.getCause())) {
      return failure;
    }
    KafkaException joining = new InvalidProducerEpochException(failure.getMessage());
    joining.initCause(failure);
    return joining;
  }
}
