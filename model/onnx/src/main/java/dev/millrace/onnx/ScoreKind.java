package dev.millrace.onnx;

import dev.millrace.core.model.ModelException;

/**
 * The kind of a model's scores: logits or probabilities. The last nodes of the graph determine the
 * kind. The scores for sample images are only compared with that kind, because logits may look like
 * probabilities by chance.
 */
enum ScoreKind {
  /** Unbounded numbers, which need a softmax. */
  LOGITS,

  /** A distribution over the classes. A second softmax would change it. */
  PROBABILITIES,

  /** The node that computes the scores does not indicate their kind. */
  UNTOLD;

  /**
   * {@return whether a softmax has to be appended}
   *
   * @param distributions whether the scores for sample images are distributions over the classes
   * @throws ModelException if the scores for sample images contradict the graph
   */
  boolean needSoftmax(boolean distributions) {
    if (this == PROBABILITIES && !distributions) {
      throw new ModelException(
          "the model ends in a softmax, but its answers to sample images are not distributions over"
              + " its classes: export it to return logits");
    }
    if (this == UNTOLD && distributions) {
      throw new ModelException(
          "the model's answers to sample images look like probabilities, but do not come from a"
              + " softmax: export it to return logits, or with a Softmax as its last step");
    }
    return this != PROBABILITIES;
  }
}
