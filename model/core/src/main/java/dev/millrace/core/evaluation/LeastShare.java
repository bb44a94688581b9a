package dev.millrace.core.evaluation;

/**
 * Tests whether a share of images, for example a classifier's accuracy, is above a given share.
 * This is the one-sided score test whose confidence interval is that of E. B. Wilson, "Probable
 * inference, the law of succession, and statistical inference" (1927). Unlike {@link Proportion},
 * the confidence can be chosen.
 */
public final class LeastShare {

  private LeastShare() {}

  /**
   * {@return the one-sided p-value} This is approximately the probability of at least {@code hits}
   * hits if the share is exactly {@code least}.
   *
   * @param hits number of images that count towards the share, from 0 to {@code n}
   * @param n number of all images, at least 1
   * @param least the share to exceed, from 0 to 1. The p-value of 0 is 0, and the p-value of 1 is 1
   */
  public static double p(int hits, int n, double least) {
    if (least <= 0 || least >= 1) {
      return least <= 0 ? 0 : 1;
    }
    return 1 - Normal.below((hits - n * least) / Math.sqrt(n * least * (1 - least)));
  }

  /**
   * {@return the largest share that the test excludes from below, from 0 to 1} This is the lower
   * end of the one-sided confidence interval of the share.
   *
   * @param hits number of images that count towards the share, from 0 to {@code n}
   * @param n number of all images, at least 1
   * @param level the significance level, for example 0.05 for 95 % confidence
   */
  public static double bound(int hits, int n, double level) {
    double low = 0;
    double high = 1;
    for (int i = 0; i < 50; i++) {
      double middle = (low + high) / 2;
      if (p(hits, n, middle) < level) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
