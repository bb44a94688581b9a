package dev.millrace.service.command.cluster;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Retries a step while no broker answers. The pauses between attempts double from 0.5 s to 10 s.
 * Any other failure, such as a wrong password, ends the retries at once. Used by one thread.
 */
public final class BrokerPatience {

  private static final Logger log = LoggerFactory.getLogger(BrokerPatience.class);
  private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(10);
  private static final long BETWEEN_LINES = TimeUnit.SECONDS.toNanos(30);

  private final Duration limit;
  private final Pause pause;
  private final LongSupplier nanoTime;

  /** A step that needs a broker. */
  @FunctionalInterface
  public interface Attempt {

    /**
     * Runs the step once.
     *
     * @throws InterruptedException if the thread is interrupted
     */
    void run() throws InterruptedException;
  }

  /** Waits between two attempts. */
  @FunctionalInterface
  public interface Pause {

    /**
     * Waits before the next attempt.
     *
     * @param nanos time to wait, in ns
     * @return true if the command was asked to stop
     * @throws InterruptedException if the thread is interrupted
     */
    boolean await(long nanos) throws InterruptedException;
  }

  /**
   * Creates an instance that retries for a limited time.
   *
   * @param limit how long to retry; an attempt that begins in this time may end later
   * @param pause waits between attempts
   * @param nanoTime the clock, as {@link System#nanoTime}
   */
  public BrokerPatience(Duration limit, Pause pause, LongSupplier nanoTime) {
    this.limit = limit;
    this.pause = pause;
    this.nanoTime = nanoTime;
  }

  /**
   * Runs {@code attempt} until it succeeds.
   *
   * @param bootstrapServers the brokers' addresses, as messages name them
   * @param attempt the step that needs a broker
   * @return true if {@code attempt} succeeded, false if the command was asked to stop first
   * @throws UnreachableBrokerException if no broker has answered when the limit is over; the
   *     message says how long the command has waited
   * @throws InterruptedException if the thread is interrupted
   */
  public boolean run(String bootstrapServers, Attempt attempt) throws InterruptedException {
    long start = nanoTime.getAsLong();
    long nextLine = start;
    long next = FIRST_PAUSE;
    while (true) {
      RuntimeException failure = fails(attempt);
      if (failure == null) {
        return true;
      }
      long now = nanoTime.getAsLong();
      long left = start + limit.toNanos() - now;
      if (left <= 0) {
        if (failure instanceof UnreachableBrokerException away && away.isUnknownName()) {
          throw away;
        }
        throw Cluster.unreachable(bootstrapServers, Duration.ofNanos(now - start), failure);
      }
      if (now - nextLine >= 0) {
        log.warn(
            "no answer from a broker at {} for {}; trying for {} more",
            bootstrapServers,
            Cluster.seconds(Duration.ofNanos(now - start)),
            Cluster.seconds(Duration.ofNanos(left)));
        nextLine = now + BETWEEN_LINES;
      }
      if (pause.await(Math.min(next, left))) {
        return false;
      }
      next = Math.min(2 * next, LONGEST_PAUSE);
    }
  }

  /**
   * Runs the attempt once.
   *
   * @return null if the attempt succeeded, or the exception if no broker answered
   */
  private static RuntimeException fails(Attempt attempt) throws InterruptedException {
    try {
      attempt.run();
      return null;
    } catch (UnreachableBrokerException | TimeoutException e) {
      return e;
    }
  }
}
