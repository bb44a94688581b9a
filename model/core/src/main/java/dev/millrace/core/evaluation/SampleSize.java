package dev.millrace.core.evaluation;

/** The number of images that a judgement needs. */
public final class SampleSize {

  /** The smallest number of images that judge a version, or give its temperature. */
  public static final int FEWEST = 100;

  private SampleSize() {}

  /**
   * {@return the smallest number of images that can show a loss of accuracy of at most so many
   * percentage points} One image then weighs at most this loss. If no image may be lost, {@link
   * #FEWEST} images do.
   *
   * @param maxLoss the largest loss, in percentage points, from 0 to 100
   */
  public static int toShow(double maxLoss) {
    return maxLoss == 0
        ? FEWEST
        : (int) Math.min(Integer.MAX_VALUE, Math.max(FEWEST, Math.ceil(100 / maxLoss)));
  }
}
