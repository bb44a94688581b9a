package dev.millrace.core.evaluation;

/**
 * The expected calibration error of C. Guo et al., "On calibration of modern neural networks"
 * (2017): images are sorted into {@value #BINS} bins of equal width by the probability of the
 * answer; the error is the mean of the distance between a bin's mean probability and its accuracy,
 * weighted by the bin's images. For one thread.
 *
 * <p>The interval follows from two bounds. The error is the largest sum of the bins' signed gaps
 * over all choices of their signs. For the signs of the true gaps, the measured sum is at most the
 * measured error, so the upper end is the measured error plus 1.96 standard errors of the sum. The
 * other way round, noise alone makes the measured error at most the sum of the bins' absolute noise
 * larger than the true one, so the lower end is the measured error minus the 97.5 % quantile of
 * this sum. The lower end therefore removes the upward bias of the measured error: a calibrated
 * model has a measured error above 0 on any number of images, but a lower end of 0. Noise counts as
 * normal.
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

  /** {@return the error with its interval} */
  Estimate estimate() {
    double variance = 0;
    double deviations = 0;
    for (int bin = 0; bin < BINS; bin++) {
      if (images[bin] > 0) {
        // Two more images of each kind keep a bin without mistakes from having no noise at all:
        // Agresti and Coull (1998).
        double share = (correct[bin] + 2.0) / (images[bin] + 4.0);
        double ofBin = images[bin] * share * (1 - share);
        variance += ofBin;
        deviations += Math.sqrt(ofBin);
      }
    }
    double deviation = Math.sqrt(variance);
    double noise =
        Math.sqrt(2 / Math.PI) * deviations + Proportion.Z * Math.sqrt(1 - 2 / Math.PI) * deviation;
    double value = value();
    return new Estimate(
        value,
        n == 0 ? 0 : Math.max(0, value - noise / n),
        n == 0 ? 1 : Math.min(1, value + Proportion.Z * deviation / n));
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
