package dev.millrace.streams.engine;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Knows whether the stream has recently had all the slots that it needs. A stream with a backlog
 * waits for slots many times a second. If slots are free for a moment only, the stream still needs
 * them, because it takes them as soon as it has polled its next records. Thread-safe.
 */
final class QuietTime {

  /**
   * Time, in ns, that must have passed since the stream's last wait for room before other images
   * get slots.
   */
  static final long NANOS = TimeUnit.SECONDS.toNanos(1);

  private final LongSupplier nanoTime;
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile long since;

  QuietTime(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.since = nanoTime.getAsLong() - NANOS;
  }

  /** Notes that a stream thread waits for room. Pair each call with {@link #waitEnds}. */
  void waitBegins() {
    waiting.incrementAndGet();
  }

  /** Notes that a stream thread waits no longer. */
  void waitEnds() {
    since = nanoTime.getAsLong();
    waiting.decrementAndGet();
  }

  /** {@return whether no stream thread has waited for room within the last {@link #NANOS}} */
  boolean hasPassed() {
    return waiting.get() == 0 && nanoTime.getAsLong() - since >= NANOS;
  }
}
