package dev.millrace.core.evaluation;

/**
 * Tests whether a share of one set of images is significantly lower than a share of another set.
 * This is R. A. Fisher's exact test, "Statistical Methods for Research Workers" (1934).
 */
public final class FisherExact {

  private FisherExact() {}

  /**
   * {@return the one-sided p-value} If the hits of both sets are spread over all images at random,
   * this is the probability of at most {@code hits} hits among the first images.
   *
   * @param hits number of hits among the first images
   * @param images number of the first images
   * @param otherHits number of hits among the other images
   * @param otherImages number of the other images
   */
  public static double lower(int hits, int images, int otherHits, int otherImages) {
    double[] logs = logFactorials(images + otherImages);
    int all = hits + otherHits;
    double tail = 0;
    for (int k = Math.max(0, all - otherImages); k <= hits; k++) {
      tail +=
          Math.exp(
              choose(logs, images, k)
                  + choose(logs, otherImages, all - k)
                  - choose(logs, images + otherImages, all));
    }
    return Math.min(1, tail);
  }

  private static double choose(double[] logs, int n, int k) {
    return logs[n] - logs[k] - logs[n - k];
  }

  private static double[] logFactorials(int most) {
    double[] logs = new double[most + 1];
    for (int i = 1; i <= most; i++) {
      logs[i] = logs[i - 1] + Math.log(i);
    }
    return logs;
  }
}
