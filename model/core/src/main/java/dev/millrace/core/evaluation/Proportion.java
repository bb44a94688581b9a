package dev.millrace.core.evaluation;

import java.util.Locale;

/**
 * A share of images, with its 95 % confidence interval by E. B. Wilson, "Probable inference, the
 * law of succession, and statistical inference" (1927), without continuity correction.
 *
 * @param value the share, from 0 to 1
 * @param low lower end of the interval, from 0 to {@code value}
 * @param high upper end of the interval, from {@code value} to 1
 */
public record Proportion(double value, double low, double high) implements Interval {

  /** The 97.5 % quantile of the standard normal distribution. */
  static final double Z = 1.959963984540054;

  /**
   * {@return the proportion of {@code n} images with this share}
   *
   * @param share the number of images that count, divided by {@code n}; from 0 to 1
   * @param n number of all images, at least 1
   * @throws IllegalArgumentException if a number is out of range
   */
  public static Proportion ofShare(double share, int n) {
    return of(Math.toIntExact(Math.round(share * n)), n);
  }

  /** {@return the share and its interval, for example {@code 82.4 % (80.1 to 84.5)}} */
  public String inPercent() {
    return String.format(Locale.ROOT, "%.1f %% (%.1f to %.1f)", 100 * value, 100 * low, 100 * high);
  }

  /**
   * {@return the share of {@code hits} in {@code n}}
   *
   * @param hits number of images that count towards the share, from 0 to {@code n}
   * @param n number of all images, at least 1
   * @throws IllegalArgumentException if a number is out of range
   */
  public static Proportion of(int hits, int n) {
    if (n < 1 || hits < 0 || hits > n) {
      throw new IllegalArgumentException(hits + " of " + n + " images is not a share");
    }
    double share = hits / (double) n;
    double square = Z * Z;
    double centre = (share + square / (2 * n)) / (1 + square / n);
    double half =
        Z / (1 + square / n) * Math.sqrt(share * (1 - share) / n + square / (4.0 * n * n));
    // Without the special cases, rounding would leave the ends slightly above 0 or below 1.
    double low = hits == 0 ? 0 : Math.max(0, centre - half);
    double high = hits == n ? 1 : Math.min(1, centre + half);
    return new Proportion(share, low, high);
  }
}
