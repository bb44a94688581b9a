package dev.millrace.service.page;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Images per second, now and during the last minute. Used by one thread. */
final class Throughput {

  private static final long SECOND = 1_000_000_000L;
  private static final int WINDOW_SECONDS = 5;
  private static final int HISTORY_SECONDS = 60;

  private record Point(long time, long seen) {}

  private final Deque<Point> points = new ArrayDeque<>();
  private final Deque<Double> history = new ArrayDeque<>();

  /**
   * Records the number of predictions so far.
   *
   * @param now the time, as {@link System#nanoTime}
   */
  void observe(long seen, long now) {
    if (!points.isEmpty() && now - points.getLast().time() < SECOND) {
      return;
    }
    if (!points.isEmpty()) {
      history.add(rate(points.getLast(), seen, now));
      if (history.size() > HISTORY_SECONDS) {
        history.removeFirst();
      }
    }
    points.add(new Point(now, seen));
    if (points.size() > WINDOW_SECONDS) {
      points.removeFirst();
    }
  }

  /**
   * Returns the current number of predictions per second, measured since the oldest point that is
   * kept.
   */
  double perSecond(long seen, long now) {
    return points.isEmpty() ? 0 : rate(points.getFirst(), seen, now);
  }

  private static double rate(Point from, long seen, long now) {
    long nanos = now - from.time();
    return nanos <= 0 ? 0 : Math.round(10 * (seen - from.seen()) * 1e9 / nanos) / 10.0;
  }

  /** Returns the predictions per second in each of the last seconds, the oldest first. */
  List<Double> history() {
    return new ArrayList<>(history);
  }
}
