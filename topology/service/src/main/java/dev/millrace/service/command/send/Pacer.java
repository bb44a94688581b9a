package dev.millrace.service.command.send;

import java.util.function.LongSupplier;

/**
 * Keeps a constant rate of turns, such as images to send, without drift. Turn n is due n intervals
 * after the first turn, even if earlier turns were late. Used by one thread.
 */
final class Pacer {

  /** Waits for a number of nanoseconds. May return earlier, for example because of a signal. */
  interface Pause {
    void nanos(long nanos) throws InterruptedException;
  }

  private final double nanosPerTurn;
  private final LongSupplier clock;
  private final Pause pause;
  private long start;
  private long turns;

  /**
   * @param perSecond turns per second, above 0; infinity to never wait
   * @param clock the clock, as {@link System#nanoTime}
   * @param pause waits until the next turn is due
   */
  Pacer(double perSecond, LongSupplier clock, Pause pause) {
    if (!(perSecond > 0)) {
      throw new IllegalArgumentException("rate: " + perSecond + " is not above 0");
    }
    this.nanosPerTurn = 1e9 / perSecond;
    this.clock = clock;
    this.pause = pause;
  }

  /** Waits until the next turn is due, or until the pause ends early. */
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
