package dev.millrace.core.evaluation;

/**
 * The expected calibration error of C. Guo et al., "On calibration of modern neural networks"
 * (2017): images are sorted into {@value #BINS} bins of equal width by the probability of the
 * answer. For each bin, the gap is the distance between the bin's mean probability and its
 * accuracy. The error is the mean of the gaps, weighted by the number of images in each bin. Not
 * thread-safe.
 *
 * <p>The noise of a bin is the difference between its measured gap and its true gap. The interval
 * follows from two bounds, which assume that the noise is normally distributed. The error is the
 * largest sum of the bins' signed gaps over all choices of signs. With the signs of the true gaps,
 * the measured sum is at most the measured error. So the upper end of the interval is the measured
 * error plus 1.96 standard errors of this sum. For the lower end, noise can raise the measured
 * error above the true error by at most the sum of the bins' absolute noise. So the lower end is
 * the measured error minus the 97.5 % quantile of the sum of absolute noise. The lower end
 * therefore removes the upward bias of the measured error. For a calibrated model, the measured
 * error is above 0 with any number of images, but the lower end is usually 0.
 */
final class CalibrationError {

  static final int BINS = 15;

  private final int[] images = new int[BINS];
  private final int[] correct = new int[BINS];
  private final double[] confidence = new double[BINS];
  private int n;

  /** Adds an answer with its probability, from 0 to 1. */
  void add(double probability, boolean isCorrect) {
    // The bin with index i holds the probabilities above i / BINS, up to (i + 1) / BINS. The first
    // bin also holds 0.
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
        // Two right and two wrong images are added, as Agresti and Coull (1998) propose. Without
        // them, a bin without mistakes would have no noise.
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
