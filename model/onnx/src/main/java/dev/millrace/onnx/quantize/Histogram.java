package dev.millrace.onnx.quantize;

import dev.millrace.core.model.ModelException;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Counts the values of one activation over all calibration images. The bins cover {@code -limit} to
 * {@code limit}. If a value is outside, the limit doubles, and each pair of adjacent bins becomes
 * one bin. The limit is a power of 2, so the counts do not depend on the order of the images.
 * Thread-safe.
 */
final class Histogram {

  /** Number of bins on each side of 0. */
  static final int SIDE = 2048;

  private final String name;
  private final long[] counts = new long[2 * SIDE];
  private double limit = Float.MIN_NORMAL;
  private float min = Float.POSITIVE_INFINITY;
  private float max = Float.NEGATIVE_INFINITY;
  private long total;

  /** Creates an empty histogram of the activation with the given name. */
  Histogram(String name) {
    this.name = name;
  }

  /**
   * Counts the values from the buffer's position to its limit.
   *
   * @throws ModelException if a value is not finite
   */
  synchronized void add(FloatBuffer values) {
    float least = min;
    float most = max;
    for (int i = values.position(); i < values.limit(); i++) {
      float value = values.get(i);
      if (!Float.isFinite(value)) {
        throw new ModelException(
            "the activation "
                + name
                + " is "
                + value
                + " for a calibration image: check the model's weights, mean and std");
      }
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    min = least;
    max = most;
    grow(Math.max(Math.abs(least), Math.abs(most)));
    double width = limit / SIDE;
    for (int i = values.position(); i < values.limit(); i++) {
      counts[Math.min(counts.length - 1, (int) ((values.get(i) + limit) / width))]++;
    }
    total += values.remaining();
  }

  private void grow(double largest) {
    if (total == 0) {
      while (limit <= largest) {
        limit *= 2;
      }
      return;
    }
    while (limit <= largest) {
      long[] old = counts.clone();
      Arrays.fill(counts, 0);
      for (int i = 0; i < old.length; i++) {
        counts[SIDE / 2 + i / 2] += old[i];
      }
      limit *= 2;
    }
  }

  /** {@return the smallest and the largest value} */
  synchronized Range extremes() {
    return new Range(min, max);
  }

  /**
   * {@return the range that holds the given share of the values, to the resolution of the bins}
   * Equally many values are left out at both ends.
   */
  synchronized Range percentile(double share) {
    long outside = (long) Math.floor(total * (1 - share) / 2);
    int low = 0;
    for (long left = outside; left >= counts[low]; low++) {
      left -= counts[low];
    }
    int high = counts.length - 1;
    for (long left = outside; left >= counts[high]; high--) {
      left -= counts[high];
    }
    double width = limit / SIDE;
    double lowest = Math.max(min, low * width - limit);
    double highest = Math.min(max, (high + 1) * width - limit);
    return new Range(lowest, highest);
  }

  /**
   * {@return the counts of the values' magnitudes} The first bin, which holds the zeros, is left
   * empty, because 0 is always represented exactly.
   */
  synchronized long[] magnitudes() {
    long[] magnitudes = new long[SIDE];
    for (int i = 1; i < SIDE; i++) {
      magnitudes[i] = counts[SIDE + i] + counts[SIDE - 1 - i];
    }
    return magnitudes;
  }

  /** {@return the width of a bin} */
  synchronized double width() {
    return limit / SIDE;
  }
}
