package dev.millrace.service.command.demo.board;

import java.util.ArrayList;
import java.util.List;

/**
 * The share of correct predictions among the last {@value #WINDOW} predictions, over time. Used by
 * one thread.
 */
final class AccuracyHistory {

  /** Number of predictions that a point of the history covers. */
  static final int WINDOW = 200;

  /**
   * Number of predictions before the first point. With fewer predictions, the share of correct
   * predictions would jump.
   */
  private static final int FEWEST = 20;

  /** Largest number of points. A longer history drops every second point. */
  private static final int MOST_POINTS = 1_024;

  /**
   * A point of the history.
   *
   * @param seconds time since the start of the demo, in s
   * @param accuracy share of correct predictions, from 0 to 1
   */
  record Point(double seconds, double accuracy) {}

  /**
   * The moment when a version served for the first time.
   *
   * @param seconds time since the start of the demo, in s
   * @param version number of the version
   */
  record Change(double seconds, int version) {}

  private final boolean[] recent = new boolean[WINDOW];
  private final List<Change> changes = new ArrayList<>();
  private List<Point> points = new ArrayList<>();
  private double interval = 0.25;
  private long count;
  private int right;

  /**
   * Adds a prediction.
   *
   * @param correct whether the prediction is right
   * @param seconds time since the start of the demo, in s; never less than in an earlier call
   */
  void add(boolean correct, double seconds) {
    int slot = (int) (count % WINDOW);
    if (recent[slot]) {
      right--;
    }
    recent[slot] = correct;
    count++;
    if (correct) {
      right++;
    }
    if (count >= FEWEST
        && (points.isEmpty() || seconds - points.get(points.size() - 1).seconds() >= interval)) {
      points.add(new Point(seconds, right / (double) Math.min(count, WINDOW)));
      thin();
    }
  }

  private void thin() {
    if (points.size() > MOST_POINTS) {
      List<Point> kept = new ArrayList<>();
      for (int i = 0; i < points.size(); i += 2) {
        kept.add(points.get(i));
      }
      points = kept;
      interval *= 2;
    }
  }

  /** Adds the moment when a version served for the first time. */
  void change(int version, double seconds) {
    changes.add(new Change(seconds, version));
  }

  /** {@return the points, oldest first} */
  List<Point> points() {
    return points;
  }

  /** {@return the moments when versions began to serve, oldest first} */
  List<Change> changes() {
    return changes;
  }
}
