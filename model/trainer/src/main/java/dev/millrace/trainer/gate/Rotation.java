package dev.millrace.trainer.gate;

import dev.millrace.trainer.data.EvaluationSet;

/**
 * Selects the images of each comparison. A champion was promoted because it did well on the images
 * of its own comparison, partly by luck. Comparisons with its successors therefore use other
 * images, as far as there are enough images.
 */
final class Rotation {

  /**
   * Smallest number of images in a comparison. If there are fewer images, a comparison uses all of
   * them.
   */
  static final int LEAST = 512;

  private Rotation() {}

  /**
   * {@return the number of images in a comparison} This is half of all images, but at least {@value
   * #LEAST}, or all images if there are fewer.
   */
  static int size(int all) {
    return Math.min(all, Math.max(LEAST, all / 2));
  }

  /**
   * {@return the images of one comparison} Each comparison takes the images that follow the images
   * of the previous comparison. A promotion does not restart this sequence.
   *
   * @param before the number of comparisons that led to the promotions of the champion and its
   *     predecessors; 0 if no version serves
   * @param round the number of the comparison with this champion, from 1
   */
  static EvaluationSet of(EvaluationSet all, long before, int round) {
    int size = size(all.size());
    return all.arc(size * (before + round - 1), size);
  }
}
