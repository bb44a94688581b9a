package dev.millrace.service.command.demo.board;

/** Predictions per second, over the last {@value #SLOTS} whole seconds. Used by one thread. */
final class Throughput {

  static final int SLOTS = 5;

  private final long[] counts = new long[SLOTS + 1];
  private long first = -1;
  private long current = -1;

  /**
   * Counts a prediction.
   *
   * @param seconds time since the start of the demo, in s; never less than in an earlier call
   */
  void add(double seconds) {
    advance(seconds);
    if (first < 0) {
      first = current;
    }
    counts[slot(current)]++;
  }

  /**
   * {@return predictions per second; 0 until the first second with predictions is over}
   *
   * @param seconds time since the start of the demo, in s; never less than in an earlier call
   */
  double perSecond(double seconds) {
    advance(seconds);
    long whole = first < 0 ? 0 : Math.min(SLOTS, current - first);
    long sum = 0;
    for (long second = current - whole; second < current; second++) {
      sum += counts[slot(second)];
    }
    return whole == 0 ? 0 : (double) sum / whole;
  }

  private void advance(double seconds) {
    long now = (long) seconds;
    for (long second = Math.max(current + 1, now - SLOTS); second <= now; second++) {
      counts[slot(second)] = 0;
    }
    current = Math.max(current, now);
  }

  private static int slot(long second) {
    return (int) (second % (SLOTS + 1));
  }
}
