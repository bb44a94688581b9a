package dev.millrace.core.evaluation;

/** The number of images that the evaluation of a version needs. */
public final class SampleSize {

  /**
   * The smallest number of images on which a version may be evaluated or its temperature fitted.
   */
  public static final int FEWEST = 100;

  private SampleSize() {}

  /**
   * {@return the smallest number of images that can measure a loss of accuracy as small as {@code
   * maxLoss}} On this many images, a single image changes the accuracy by at most {@code maxLoss}
   * percentage points, unless {@code maxLoss} is 0. The measured loss may still differ from the
   * true loss by chance. The result is at least {@link #FEWEST}.
   *
   * @param maxLoss the largest loss, in percentage points, from 0 to 100
   */
  public static int toMeasure(double maxLoss) {
    return maxLoss == 0
        ? FEWEST
        : (int) Math.min(Integer.MAX_VALUE, Math.max(FEWEST, Math.ceil(100 / maxLoss)));
  }
}
