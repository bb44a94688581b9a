package dev.millrace.core.evaluation;

/**
 * The standard normal distribution, after formula 26.2.17 of M. Abramowitz and I. A. Stegun,
 * "Handbook of Mathematical Functions" (1964). The absolute error is below 1e-7.
 */
final class Normal {

  private static final double[] FACTORS = {
    0.319381530, -0.356563782, 1.781477937, -1.821255978, 1.330274429
  };

  private Normal() {}

  /** {@return the probability of a value below {@code z}} */
  static double below(double z) {
    double t = 1 / (1 + 0.2316419 * Math.abs(z));
    double sum = 0;
    for (int i = FACTORS.length - 1; i >= 0; i--) {
      sum = t * (FACTORS[i] + sum);
    }
    double tail = sum * Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
    return z < 0 ? tail : 1 - tail;
  }
}
