package dev.millrace.core.evaluation;

/**
 * The gain in accuracy of one classifier over another on the same images, with its 95 % interval.
 * The interval holds the gains that neither of two tests of {@link NonInferiority} excludes, so it
 * is the score interval of T. Tango, "Equivalence test and confidence interval for the difference
 * in proportions for the paired-sample design" (1998), with a continuity correction.
 */
public final class PairedGain {

  /** Significance level of each of the two ends. */
  private static final double LEVEL = 0.025;

  private PairedGain() {}

  /**
   * {@return the gain in percentage points, from -100 to 100} Without images, the gain is 0 and the
   * interval holds every gain.
   *
   * @param images number of images
   * @param gained number of images that only the first classifier classifies correctly
   * @param lost number of images that only the second classifier classifies correctly
   */
  public static Estimate inPoints(int images, int gained, int lost) {
    return new Estimate(
        images == 0 ? 0 : 100.0 * (gained - lost) / images,
        -100 * NonInferiority.bound(images, gained, lost, LEVEL, -1),
        100 * NonInferiority.bound(images, lost, gained, LEVEL, -1));
  }
}
