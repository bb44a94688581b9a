package dev.millrace.core.evaluation;

/**
 * Tests whether the share of hits is significantly lower in one set of images than in another set.
 * A hit is, for example, an image that the model classifies correctly. This is R. A. Fisher's exact
 * test, "Statistical Methods for Research Workers" (1934).
 */
public final class FisherExact {

  private FisherExact() {}

  /**
   * {@return the one-sided p-value} This is the probability that the first set has at most {@code
   * hits} hits if the hits of both sets are distributed over all images at random.
   *
   * @param hits number of hits in the first set
   * @param images number of images in the first set
   * @param otherHits number of hits in the other set
   * @param otherImages number of images in the other set
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
