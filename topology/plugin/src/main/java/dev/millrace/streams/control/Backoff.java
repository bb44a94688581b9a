package dev.millrace.streams.control;

import java.time.Duration;
import java.util.function.LongSupplier;

/** When to try again: after a second, then after twice as long each time. For one thread. */
final class Backoff {

  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofMinutes(1);

  private final LongSupplier nanoTime;
  private Duration pause = FIRST;
  private long due;

  /**
   * Due at once.
   *
   * @param nanoTime the clock, as {@link System#nanoTime}
   */
  Backoff(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    reset();
  }

  /** Due at once, and a failure pauses for the shortest time. */
  void reset() {
    pause = FIRST;
    due = nanoTime.getAsLong();
  }

  /** A try failed: the next one is due after a pause. */
  void failed() {
    due = nanoTime.getAsLong() + pause.toNanos();
    Duration twice = pause.multipliedBy(2);
    pause = twice.compareTo(LONGEST) < 0 ? twice : LONGEST;
  }

  /** How long until the next try; zero if it is due. */
  Duration left() {
    return Duration.ofNanos(Math.max(0, due - nanoTime.getAsLong()));
  }
}
