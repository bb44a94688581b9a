package dev.millrace.trainer.gate;

import dev.millrace.core.training.Gate;

/**
 * Divides the significance level among the candidates that are compared with one champion. Each
 * comparison is another chance to promote a candidate by luck, so each comparison gets only a part
 * of {@link Gate#SIGNIFICANCE}. See K. K. G. Lan and D. L. DeMets, "Discrete sequential boundaries
 * for clinical trials" (1983).
 *
 * <p>Half of the level is spent early, because the first candidates are the most likely to be
 * better. The other half is spent evenly, so that a champion that serves for a long time can still
 * be replaced.
 */
final class Spending {

  /** Number of consecutive rounds whose levels sum up to at most {@link Gate#SIGNIFICANCE}. */
  static final int ROUNDS = 20;

  private Spending() {}

  /**
   * {@return the level of one comparison} The sum of 1 / (r (r + 1)) over all rounds r is 1.
   *
   * @param round the number of the comparison with the same champion, from 1
   */
  static double level(int round) {
    double early = 1.0 / ((double) round * (round + 1));
    return Gate.SIGNIFICANCE / 2 * (early + 1.0 / ROUNDS);
  }

  /**
   * {@return the smallest gain, in percentage points, that the first comparison with a champion can
   * recognise as significant if the candidate loses no image; 100 if there is none}
   *
   * @param images number of images in a comparison
   */
  static double smallestGain(int images) {
    // McNemar's p-value of k gained images and no lost image is 2^-k.
    double gained = Math.floor(-Math.log(level(1)) / Math.log(2)) + 1;
    return Math.min(100, 100 * gained / images);
  }
}
