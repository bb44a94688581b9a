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
   * {@return the images of one comparison} Each comparison takes the next images, also after a
   * promotion.
   *
   * @param before the number of comparisons through which the champion and its predecessors came to
   *     serve; 0 if no version serves
   * @param round the number of the comparison with this champion, from 1
   */
  static EvaluationSet of(EvaluationSet all, long before, int round) {
    int size = size(all.size());
    return all.arc(size * (before + round - 1), size);
  }
}
