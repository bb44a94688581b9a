package dev.millrace.core.evaluation;

/**
 * Compares two classifiers on the same images. Tests whether the first classifier's accuracy is
 * lower by less than a given loss. This is the score test of T. Tango, "Equivalence test and
 * confidence interval for the difference in proportions for the paired-sample design" (1998), with
 * a continuity correction of half an image. Without the correction, the test would pass too often
 * if the classifiers differ on few images.
 */
public final class NonInferiority {

  private static final int MOST_IMAGES = 1 << 24;

  private NonInferiority() {}

  /**
   * {@return the one-sided p-value} This is approximately the probability of a result at least this
   * good for the first classifier if its accuracy is lower by exactly {@code loss}.
   *
   * @param images number of images; with 0 images, the result is 1
   * @param gained number of images that only the first classifier classifies correctly
   * @param lost number of images that only the second classifier classifies correctly
   * @param loss the loss of accuracy to exclude, above 0 and below 1
   */
  public static double p(int images, int gained, int lost, double loss) {
    return images == 0 ? 1 : 1 - Normal.below(score(images, gained, lost, loss));
  }

  /**
   * {@return the smallest loss that the test excludes, from 0 to 1} This is the upper end of the
   * one-sided confidence interval of the loss.
   *
   * @param images number of images
   * @param gained number of images that only the first classifier classifies correctly
   * @param lost number of images that only the second classifier classifies correctly
   * @param level the significance level, for example 0.05 for 95 % confidence
   */
  public static double bound(int images, int gained, int lost, double level) {
    return bound(images, gained, lost, level, 0);
  }

  /**
   * Returns the smallest loss that the test excludes, from {@code least} to 1. A negative loss is a
   * gain.
   */
  static double bound(int images, int gained, int lost, double level, double least) {
    double low = least;
    double high = 1;
    for (int i = 0; i < 50; i++) {
      double middle = (low + high) / 2;
      if (p(images, gained, lost, middle) < level) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return high;
  }

  /**
   * {@return the number of images needed} With this many images and two equally good classifiers,
   * the test excludes the given loss with a probability of 1/2.
   *
   * @param differ assumed share of the images that exactly one of the two classifiers classifies
   *     correctly, from 0 to 1
   * @param loss the loss of accuracy to exclude, above 0 and below 1
   * @param level the significance level
   */
  public static int imagesNeeded(double differ, double loss, double level) {
    int low = 0;
    int high = MOST_IMAGES;
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      double each = differ * middle / 2;
      if (1 - Normal.below(score(middle, each, each, loss)) < level) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return high;
  }

  /** Returns the difference of the counts and the expected loss, in standard deviations. */
  private static double score(double images, double gained, double lost, double loss) {
    // The most likely share of lost images for the given loss, as the root of a quadratic equation.
    double b = gained + lost + (2 * images - gained + lost) * loss;
    double c = lost * loss * (1 + loss);
    double share = (b + Math.sqrt(Math.max(0, b * b - 8 * images * c))) / (4 * images);
    double variance = images * (2 * share - loss * (1 + loss));
    return (gained - lost + images * loss - 0.5) / Math.sqrt(Math.max(variance, 1e-12));
  }
}
