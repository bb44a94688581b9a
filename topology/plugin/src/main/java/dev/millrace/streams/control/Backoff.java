package dev.millrace.streams.control;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Determines when to retry. The first pause is 1 s. The pause doubles after each failure, up to one
 * minute. Not thread-safe.
 */
final class Backoff {

  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofMinutes(1);

  private final LongSupplier nanoTime;
  private Duration pause = FIRST;
  private long due;

  /**
   * Creates a back-off whose first try is due at once.
   *
   * @param nanoTime the clock, for example {@link System#nanoTime}
   */
  Backoff(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    reset();
  }

  /** Makes the next try due at once, and resets the pause to 1 s. */
  void reset() {
    pause = FIRST;
    due = nanoTime.getAsLong();
  }

  /** Notes that a try failed. The next try is due after the pause, which is then doubled. */
  void failed() {
    due = nanoTime.getAsLong() + pause.toNanos();
    Duration twice = pause.multipliedBy(2);
    pause = twice.compareTo(LONGEST) < 0 ? twice : LONGEST;
  }

  /** {@return the time until the next try; zero if the try is due} */
  Duration left() {
    return Duration.ofNanos(Math.max(0, due - nanoTime.getAsLong()));
  }
}
