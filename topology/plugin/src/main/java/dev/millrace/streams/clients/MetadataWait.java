package dev.millrace.streams.clients;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Lets some polls of a consumer wait for the cluster's metadata.
 *
 * <p>If a consumer subscribes to a pattern and a rebalance is under way, each of its polls first
 * waits for fresh metadata (Kafka's {@code ConsumerCoordinator.poll}). A poll without a wait sends
 * the request for metadata, and returns before the answer arrives. At the next poll, this answer
 * can be too old again, so the consumer would never take part in the rebalance. Confined to the
 * consumer's thread.
 */
final class MetadataWait {

  /** Enough time for a request to a broker in the same region. */
  private static final Duration WAIT = Duration.ofMillis(20);

  /** Enough time for the metadata of thousands of topics, or from a broker in another region. */
  private static final Duration LONG_WAIT = Duration.ofMillis(200);

  /** A rebalance needs about three polls that wait. */
  private static final Duration BETWEEN_WAITS = Duration.ofMillis(400);

  private static final int WAITS_BEFORE_A_LONG_ONE = 9;

  /**
   * Polls in a row that are no further apart read the answer themselves, before it is too old
   * ({@code retry.backoff.ms}, 100 ms).
   */
  private static final Duration IN_A_ROW = Duration.ofMillis(50);

  private final LongSupplier nanoTime;
  private long lastPoll;
  private long lastWait;
  private int waits;

  /**
   * @param nanoTime the clock, for example {@link System#nanoTime}
   */
  MetadataWait(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    lastPoll = nanoTime.getAsLong();
    lastWait = lastPoll;
  }

  /** {@return the timeout of the next poll, which may be longer than {@code timeout}} */
  Duration of(Duration timeout) {
    long now = nanoTime.getAsLong();
    long sinceLastPoll = now - lastPoll;
    lastPoll = now;
    if (timeout.compareTo(LONG_WAIT) >= 0) {
      lastWait = now;
      waits = 0;
      return timeout;
    }
    if (sinceLastPoll < IN_A_ROW.toNanos() || now - lastWait < BETWEEN_WAITS.toNanos()) {
      return timeout;
    }
    lastWait = now;
    waits++;
    if (waits <= WAITS_BEFORE_A_LONG_ONE) {
      return timeout.compareTo(WAIT) > 0 ? timeout : WAIT;
    }
    waits = 0;
    return LONG_WAIT;
  }
}
