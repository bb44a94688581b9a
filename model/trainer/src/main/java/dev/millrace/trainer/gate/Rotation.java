package dev.millrace.trainer.gate;

import dev.millrace.trainer.data.EvaluationSet;

/**
 * Selects the images of each comparison. A champion was promoted because it did well on the images
 * of its own comparison, and partly by luck. Its successors are therefore compared with it on other
 * images as far as there are enough.
 */
final class Rotation {

  /** Below this number of images, a comparison uses all images. */
  static final int LEAST = 512;

  private Rotation() {}

  /** {@return the number of images in a comparison: half of all images, but at least 512} */
  static int size(int all) {
    return Math.min(all, Math.max(LEAST, all / 2));
  }

  /**
   * {@return the images of one comparison} In a loop that publishes one version per round, the
   * champion's number is the number of comparisons before it. The places therefore move on by one
   * set with each comparison, through all champions.
   *
   * @param champion the champion's version number, or null if no version serves
   * @param round the number of the comparison with this champion, from 1
   */
  static EvaluationSet of(EvaluationSet all, Integer champion, int round) {
    int size = size(all.size());
    return all.arc((long) size * ((champion == null ? 0 : champion) + round - 1), size);
  }
}
