package dev.millrace.service.command.send;

import java.util.function.LongSupplier;

/**
 * Keeps a pace without drift: turn n is due n intervals after the first, however late the turns
 * before it were. For one thread.
 */
final class Pacer {

  /** Waits so many nanoseconds, or less if there is a reason to. */
  interface Pause {
    void nanos(long nanos) throws InterruptedException;
  }

  private final double nanosPerTurn;
  private final LongSupplier clock;
  private final Pause pause;
  private long start;
  private long turns;

  /**
   * @param perSecond turns a second, above 0; infinite for no waiting at all
   * @param clock nanoseconds since some moment
   */
  Pacer(double perSecond, LongSupplier clock, Pause pause) {
    if (!(perSecond > 0)) {
      throw new IllegalArgumentException("rate: " + perSecond + " is not above 0");
    }
    this.nanosPerTurn = 1e9 / perSecond;
    this.clock = clock;
    this.pause = pause;
  }

  /** Returns when the next turn is due, or its pause was cut short. */
  void awaitTurn() throws InterruptedException {
    long now = clock.getAsLong();
    if (turns == 0) {
      start = now;
    }
    long wait = start + (long) (turns * nanosPerTurn) - now;
    turns++;
    if (wait > 0) {
      pause.nanos(wait);
    }
  }
}
