package dev.millrace.onnx;

import dev.millrace.core.model.ModelException;

/**
 * What a model's scores are. The graph tells; answers to sample images only prove it, since logits
 * may by chance look like probabilities.
 */
enum ScoreKind {
  /** Any numbers, to which a softmax belongs. */
  LOGITS,

  /** Already a distribution, to which a second softmax would do harm. */
  PROBABILITIES,

  /** Made by a node from which neither follows. */
  UNTOLD;

  /**
   * Whether a softmax belongs to these scores.
   *
   * @param distributions whether the answers to sample images are distributions over the classes
   * @throws ModelException if the answers and the graph do not tell the same
   */
  boolean needSoftmax(boolean distributions) {
    if (this == PROBABILITIES && !distributions) {
      throw new ModelException(
          "the model ends in a softmax, yet its answers to sample images are no distributions over"
              + " its classes: export it to answer logits");
    }
    if (this == UNTOLD && distributions) {
      throw new ModelException(
          "the model's answers to sample images look like probabilities, yet they come from no"
              + " softmax: export it to answer logits, or with a Softmax as its last step");
    }
    return this != PROBABILITIES;
  }
}
