package dev.millrace.service.serve;

import dev.millrace.core.image.BadImageException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a stream thread that failed: it is replaced and its records are processed again,
 * unless that cannot help, or has not helped several times within a few minutes. Thread-safe.
 */
final class RestartPolicy implements StreamsUncaughtExceptionHandler {

  private static final Logger log = LoggerFactory.getLogger(RestartPolicy.class);
  private static final int MAX_RESTARTS_A_THREAD = 5;
  private static final Duration PERIOD = Duration.ofMinutes(5);

  private final int maxRestarts;
  private final LongSupplier nanoTime;
  private final Deque<Long> restarts = new ArrayDeque<>();
  private Throwable fatal;

  /**
   * A policy for one client.
   *
   * @param threads its stream threads, which may all fail for one reason
   */
  RestartPolicy(int threads, LongSupplier nanoTime) {
    this.maxRestarts = MAX_RESTARTS_A_THREAD * threads;
    this.nanoTime = nanoTime;
  }

  @Override
  public synchronized StreamThreadExceptionResponse handle(Throwable failure) {
    long now = nanoTime.getAsLong();
    while (!restarts.isEmpty() && now - restarts.peek() > PERIOD.toNanos()) {
      restarts.remove();
    }
    if (isHopeless(failure) || restarts.size() >= maxRestarts) {
      fatal = failure;
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
    restarts.add(now);
    log.warn(
        "a stream thread failed and is replaced (restart {} of {} allowed in {} minutes): {}",
        restarts.size(),
        maxRestarts,
        PERIOD.toMinutes(),
        failure.toString());
    log.debug("the failure", failure);
    return StreamThreadExceptionResponse.REPLACE_THREAD;
  }

  private static boolean isHopeless(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BadImageException
          || cause instanceof AuthenticationException
          || cause instanceof AuthorizationException
          || cause instanceof MissingSourceTopicException
          || cause instanceof LinkageError) {
        return true;
      }
    }
    return false;
  }

  /** The failure that ended the client, or null. */
  synchronized Throwable fatal() {
    return fatal;
  }
}
