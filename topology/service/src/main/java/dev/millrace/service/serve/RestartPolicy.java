package dev.millrace.service.serve;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.runtime.InferenceException;
import dev.millrace.registry.RegistryException;
import dev.millrace.service.health.ThreadFailure;
import dev.millrace.streams.Blame;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what happens after a stream thread has failed. Usually Kafka Streams replaces the thread,
 * and the new thread processes the failed thread's records again. If a new thread would fail for
 * the same reason, the client shuts down instead. It also shuts down after five replacements per
 * stream thread within an hour.
 *
 * <p>Failures of brokers and state stores do not count, because the stream waits until they work
 * again. Failures of a single record do not count either, because the record becomes a dead letter
 * after its third failure. Thread-safe.
 */
final class RestartPolicy implements StreamsUncaughtExceptionHandler {

  private static final Logger log = LoggerFactory.getLogger(RestartPolicy.class);

  private static final int MAX_RESTARTS_A_THREAD = 5;
  private static final Duration PERIOD = Duration.ofHours(1);
  private static final int MOST_CAUSES = 16;

  private final int maxRestarts;
  private final Runnable beforeRestart;
  private final LongSupplier nanoTime;
  private final Deque<Long> restarts = new ArrayDeque<>();
  private Throwable fatal;
  private ThreadFailure last;

  /**
   * Creates the policy of one client.
   *
   * @param threads number of stream threads of the client. The client may replace five times this
   *     number of threads within an hour, because one cause may make all threads fail
   * @param beforeRestart runs before a thread is replaced, to discard cached state that may be
   *     outdated
   * @param nanoTime the clock, as {@link System#nanoTime}
   */
  RestartPolicy(int threads, Runnable beforeRestart, LongSupplier nanoTime) {
    this.maxRestarts = MAX_RESTARTS_A_THREAD * threads;
    this.beforeRestart = beforeRestart;
    this.nanoTime = nanoTime;
  }

  @Override
  public synchronized StreamThreadExceptionResponse handle(Throwable failure) {
    long now = nanoTime.getAsLong();
    last = new ThreadFailure(now, reason(failure));
    while (!restarts.isEmpty() && now - restarts.peek() > PERIOD.toNanos()) {
      restarts.remove();
    }
    boolean counts = Blame.of(failure) == Blame.UNKNOWN;
    if (isHopeless(failure) || (counts && restarts.size() >= maxRestarts)) {
      fatal = failure;
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
    if (counts) {
      restarts.add(now);
      log.warn(
          "a stream thread failed and is replaced (restart {} of {} allowed in {} minutes): {}",
          restarts.size(),
          maxRestarts,
          PERIOD.toMinutes(),
          failure.toString());
    } else {
      log.warn("a stream thread failed and is replaced: {}", failure.toString());
    }
    log.debug("the failure", failure);
    beforeRestart.run();
    return StreamThreadExceptionResponse.REPLACE_THREAD;
  }

  private static boolean isHopeless(Throwable failure) {
    return Blame.of(failure) == Blame.DEVICE
        || causes(failure)
            .anyMatch(
                cause ->
                    cause instanceof BadImageException
                        || cause instanceof AuthenticationException
                        || cause instanceof AuthorizationException
                        || cause instanceof MissingSourceTopicException
                        || cause instanceof InvalidRequestException
                        || cause instanceof LinkageError
                        || cause instanceof VirtualMachineError);
  }

  private static Stream<Throwable> causes(Throwable failure) {
    return Stream.iterate(failure, cause -> cause != null, Throwable::getCause).limit(MOST_CAUSES);
  }

  /**
   * Returns the message of the outermost exception that {@linkplain #explains explains} the
   * failure, if there is one, or of the innermost cause that has a message. For example, a {@code
   * TimeoutException} of the JDK has none, and the exception around it says what took too long.
   */
  private static String reason(Throwable failure) {
    List<Throwable> causes = causes(failure).toList();
    return causes.stream()
        .filter(RestartPolicy::explains)
        .findFirst()
        .or(() -> causes.stream().filter(RestartPolicy::says).reduce((outer, inner) -> inner))
        .map(Throwable::getMessage)
        .orElseGet(() -> causes.get(causes.size() - 1).toString());
  }

  /**
   * Tests whether a message names the device, the schema registry or the repository, and says what
   * to do. The message of a cause may only be a status or the name of a file.
   */
  private static boolean explains(Throwable cause) {
    return cause instanceof InferenceException
        || cause instanceof RegistryException
        || cause instanceof ModelException;
  }

  /**
   * Tests whether a cause has a message of its own. The message of a {@code StreamsException}
   * around another cause says only where Kafka Streams met this cause.
   */
  private static boolean says(Throwable cause) {
    return cause.getMessage() != null
        && !(cause instanceof StreamsException && cause.getCause() != null);
  }

  /** Returns the failure that ended the client, or null. */
  synchronized Throwable fatal() {
    return fatal;
  }

  /**
   * Returns whether the client ended because the brokers refused a request as invalid. Under {@code
   * group.protocol=streams}, the brokers refuse a new member whose topics differ from the topics of
   * the existing members.
   */
  synchronized boolean isRefusedByGroup() {
    return fatal != null && causes(fatal).anyMatch(InvalidRequestException.class::isInstance);
  }

  /** Returns the last failure of a stream thread, if there was one. */
  synchronized Optional<ThreadFailure> last() {
    return Optional.ofNullable(last);
  }
}
