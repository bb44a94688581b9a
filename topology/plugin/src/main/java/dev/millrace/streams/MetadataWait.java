package dev.millrace.streams;

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

  /** A rebalance needs about three polls that wait. */
  private static final Duration BETWEEN_WAITS = Duration.ofMillis(400);

  private final LongSupplier nanoTime;
  private long lastWait;

  /**
   * @param nanoTime the clock, for example {@link System#nanoTime}
   */
  MetadataWait(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    lastWait = nanoTime.getAsLong();
  }

  /** {@return the timeout of the next poll, which may be longer than {@code timeout}} */
  Duration of(Duration timeout) {
    long now = nanoTime.getAsLong();
    if (timeout.compareTo(WAIT) >= 0) {
      lastWait = now;
      return timeout;
    }
    if (now - lastWait < BETWEEN_WAITS.toNanos()) {
      return timeout;
    }
    lastWait = now;
    return WAIT;
  }
}
