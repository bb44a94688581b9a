package dev.millrace.core.evaluation;

/**
 * The expected calibration error of C. Guo et al., "On calibration of modern neural networks"
 * (2017): images are sorted into {@value #BINS} bins of equal width by the probability of the
 * answer; the error is the mean of the distance between a bin's mean probability and its accuracy,
 * weighted by the bin's images. For one thread.
 */
final class CalibrationError {

  static final int BINS = 15;

  private final int[] images = new int[BINS];
  private final int[] correct = new int[BINS];
  private final double[] confidence = new double[BINS];
  private int n;

  /** Adds an answer with its probability, from 0 to 1. */
  void add(double probability, boolean isCorrect) {
    // Bin m holds probabilities above (m - 1) / BINS, up to m / BINS.
    int bin = Math.max(0, Math.min(BINS - 1, (int) Math.ceil(probability * BINS) - 1));
    images[bin]++;
    confidence[bin] += probability;
    correct[bin] += isCorrect ? 1 : 0;
    n++;
  }

  /** {@return the error, from 0 to 1; 0 without answers} */
  double value() {
    double sum = 0;
    for (int bin = 0; bin < BINS; bin++) {
      sum += Math.abs(confidence[bin] - correct[bin]);
    }
    return n == 0 ? 0 : sum / n;
  }
}
