package dev.millrace.streams.fetch;

import java.time.Duration;

/**
 * The pauses between attempts that fail. The first pause is one second. The pause doubles after
 * each failure, up to 30 s.
 */
final class Pause {

  static final Duration LONGEST = Duration.ofSeconds(30);

  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final int MOST_DOUBLINGS = 5;

  private Pause() {}

  /**
   * {@return the pause after a failure, in ns}
   *
   * @param failures the number of failures in a row, including this one; at least 1
   */
  static long nanos(int failures) {
    return Math.min(FIRST.toNanos() << Math.min(failures - 1, MOST_DOUBLINGS), LONGEST.toNanos());
  }
}
