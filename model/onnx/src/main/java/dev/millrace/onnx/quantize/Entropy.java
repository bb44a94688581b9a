package dev.millrace.onnx.quantize;

/**
 * Finds the threshold at which an activation's magnitudes are clamped. With this threshold, the
 * distribution of the integers differs least from the distribution of the values.
 */
final class Entropy {

  /** Number of levels of a range that has only one sign. */
  private static final int LEVELS = 256;

  /** Distance between two consecutive candidate thresholds, in bins. */
  private static final int STEP = 16;

  private Entropy() {}

  static Range range(Histogram values) {
    Range extremes = values.extremes();
    boolean oneSided = extremes.min() == 0 || extremes.max() == 0;
    int levels = oneSided ? LEVELS : LEVELS / 2;
    long[] counts = values.magnitudes();
    int best = counts.length;
    double least = Double.POSITIVE_INFINITY;
    for (int bins = levels; bins <= counts.length; bins += STEP) {
      double divergence = divergence(counts, bins, levels);
      if (divergence <= least) {
        least = divergence;
        best = bins;
      }
    }
    double threshold = best * values.width();
    double lowest = Math.max(extremes.min(), -threshold);
    double highest = Math.min(extremes.max(), threshold);
    return new Range(lowest, highest);
  }

  /**
   * Computes the divergence of the clamped values from their integers.
   *
   * @param bins number of bins below the threshold
   */
  static double divergence(long[] counts, int bins, int levels) {
    long outliers = 0;
    for (int i = bins; i < counts.length; i++) {
      outliers += counts[i];
    }
    long inside = 0;
    for (int i = 0; i < bins; i++) {
      inside += counts[i];
    }
    if (inside == 0) {
      return Double.POSITIVE_INFINITY;
    }
    double divergence = 0;
    double all = inside + (double) outliers;
    for (int level = 0; level < levels; level++) {
      int from = (int) ((long) level * bins / levels);
      int to = (int) ((long) (level + 1) * bins / levels);
      long sum = 0;
      int used = 0;
      for (int i = from; i < to; i++) {
        sum += counts[i];
        used += counts[i] > 0 ? 1 : 0;
      }
      for (int i = from; i < to; i++) {
        double p = (counts[i] + (i == bins - 1 ? outliers : 0)) / all;
        if (p > 0) {
          // The last bin may hold only outliers. It then counts as half a value, because q must not
          // be 0.
          double q = counts[i] > 0 ? (double) sum / used / inside : 0.5 / inside;
          divergence += p * Math.log(p / q);
        }
      }
    }
    return divergence;
  }
}
