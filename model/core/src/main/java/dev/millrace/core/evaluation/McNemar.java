package dev.millrace.core.evaluation;

/**
 * Tests whether one classifier is significantly better than another on the same images. This is the
 * test of McNemar, "Note on the sampling error of the difference between correlated proportions"
 * (1947), in its exact form.
 */
public final class McNemar {

  private McNemar() {}

  /**
   * {@return the one-sided p-value} The classifiers differ on {@code gained + lost} images. If both
   * are equally good, each of them is right on a given one of these images with a probability of
   * 1/2. The p-value is the probability that the first classifier is then right on at least {@code
   * gained} of these images. This is the upper tail of the binomial distribution with {@code gained
   * + lost} trials and probability 1/2.
   *
   * @param gained number of images that only the first classifier classifies correctly
   * @param lost number of images that only the second classifier classifies correctly
   */
  public static double oneSided(int gained, int lost) {
    int differ = gained + lost;
    double logTerm = -differ * Math.log(2); // the logarithm of the term for k = 0
    double tail = 0;
    for (int k = 0; k <= differ; k++) {
      if (k > 0) {
        logTerm += Math.log(differ - k + 1.0) - Math.log(k);
      }
      if (k >= gained) {
        tail += Math.exp(logTerm);
      }
    }
    return Math.min(1, tail);
  }

  /**
   * {@return the two-sided p-value} This is the probability of a difference at least as large as
   * the given one, in either direction, if both classifiers are equally good. The p-value is twice
   * the smaller tail, but at most 1.
   *
   * @param gained number of images that only the first classifier classifies correctly
   * @param lost number of images that only the second classifier classifies correctly
   */
  public static double twoSided(int gained, int lost) {
    return Math.min(1, 2 * oneSided(Math.max(gained, lost), Math.min(gained, lost)));
  }
}
