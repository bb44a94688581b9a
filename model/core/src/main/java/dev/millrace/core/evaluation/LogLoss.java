package dev.millrace.core.evaluation;

/**
 * The mean of {@code -ln(probability of the right class)} over images, in nats. Not thread-safe.
 *
 * <p>The interval is Student's t interval for the mean of independent values. The interval is
 * limited to the range from 0 to the largest possible loss of an image. This loss is finite,
 * because smaller probabilities count as {@link Float#MIN_NORMAL}. With a single image, the
 * interval is the whole range, because one image says nothing about the spread.
 */
final class LogLoss {

  private static final double LARGEST = -Math.log(Float.MIN_NORMAL);

  /** The 97.5 % quantiles of Student's distribution for 1 and 2 degrees of freedom. */
  private static final double[] FEW = {12.706204736, 4.302652730};

  private int n;
  private double mean;

  /** Sum of the squared distances from the mean, kept by Welford's method (1962). */
  private double squares;

  /** Adds an image, with the probability of its right class, from 0 to 1. */
  void add(float probability) {
    double loss = -Math.log(Math.max(probability, Float.MIN_NORMAL));
    n++;
    double before = loss - mean;
    mean += before / n;
    squares += before * (loss - mean);
  }

  /**
   * {@return the mean loss; NaN if a probability was NaN} Requires that at least one image was
   * added.
   */
  Estimate estimate() {
    double value = Math.max(0, mean);
    if (n == 1) {
      return new Estimate(value, 0, LARGEST);
    }
    double half = quantile(n - 1) * Math.sqrt(squares / (n - 1) / n);
    return new Estimate(value, Math.max(0, value - half), Math.min(LARGEST, value + half));
  }

  /**
   * {@return the 97.5 % quantile of Student's distribution} The method uses the series of Fisher
   * and Cornish (1960) in powers of 1 / {@code freedom}. The error of the result is below 1 %.
   */
  private static double quantile(int freedom) {
    if (freedom <= FEW.length) {
      return FEW[freedom - 1];
    }
    double z = Proportion.Z;
    double z2 = z * z;
    double v = freedom;
    return z
        * (1
            + (z2 + 1) / (4 * v)
            + ((5 * z2 + 16) * z2 + 3) / (96 * v * v)
            + (((3 * z2 + 19) * z2 + 17) * z2 - 15) / (384 * v * v * v));
  }
}
