package dev.millrace.streams.internals;

import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.OffsetMetadataTooLarge;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.streams.errors.StreamsException;

/**
 * The failures of a producer's sends, so that no task commits while a result of its stream thread
 * is missing.
 *
 * <p>All tasks of a thread share one variable for the failure of a send. Kafka Streams throws this
 * failure once, when it next sends a record, flushes the producer or closes a task ({@code
 * RecordCollectorImpl.checkForException}). Then it forgets the failure. If it closes one task at
 * this moment, or if a {@code processing.exception.handler} answers "resume", it would commit the
 * other tasks, although the send was another task's. This class does not forget a failure while a
 * task runs that ran when the failure was noticed.
 *
 * <p>The producer's network thread adds failures. All other methods are confined to the stream
 * thread.
 */
public final class UnsentResults {

  private final Supplier<? extends Collection<?>> runningTasks;
  private final AtomicReference<StreamsException> added = new AtomicReference<>();

  /** The tasks whose results may be missing. */
  private final Set<Object> tasks = Collections.newSetFromMap(new IdentityHashMap<>());

  private StreamsException failure;

  /** Creates an object for the producer of a stream thread. */
  public UnsentResults() {
    this(TaskRevival::runningTasks);
  }

  /**
   * Creates an object for a producer whose tasks are known.
   *
   * @param runningTasks returns the running tasks of the calling thread
   */
  public UnsentResults(Supplier<? extends Collection<?>> runningTasks) {
    this.runningTasks = runningTasks;
  }

  /**
   * Adds the failure of a send. Only the first failure is kept until the next flush.
   *
   * @param failure the exception that the thread must fail with, or a {@code TaskMigratedException}
   *     with which it joins its group again
   */
  public void add(StreamsException failure) {
    added.compareAndSet(null, failure);
  }

  /**
   * To be called when the producer was flushed, which Kafka Streams does before each commit ({@code
   * StreamTask.prepareCommit}).
   *
   * @throws KafkaException if a result of the thread was not sent, and a task still runs that may
   *     have sent it
   */
  public void requireNone() {
    StreamsException next = added.getAndSet(null);
    if (next != null) {
      failure = next;
      tasks.addAll(runningTasks.get());
    }
    if (tasks.isEmpty()) {
      return;
    }
    Set<Object> running = Collections.newSetFromMap(new IdentityHashMap<>());
    running.addAll(runningTasks.get());
    tasks.removeIf(task -> !running.contains(task));
    if (!tasks.isEmpty()) {
      throw failure;
    }
  }

  /** To be called when the results were aborted, so that their records are not committed. */
  public void forget() {
    added.set(null);
    tasks.clear();
  }

  /**
   * Tests whether Kafka Streams fails after this failure of a send, without asking the {@code
   * production.exception.handler} ({@code RecordCollectorImpl.isFatalException}).
   *
   * @param failure the failure
   */
  public static boolean isFatal(Exception failure) {
    return failure instanceof AuthenticationException
        || failure instanceof AuthorizationException
        || failure instanceof SecurityDisabledException
        || failure instanceof InvalidTopicException
        || failure instanceof UnknownServerException
        || failure instanceof SerializationException
        || failure instanceof OffsetMetadataTooLarge
        || failure instanceof IllegalStateException;
  }
}
