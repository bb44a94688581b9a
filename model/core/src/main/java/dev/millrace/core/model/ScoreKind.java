package dev.millrace.core.model;

/** The meaning of the scores that an exported model returns for an image. */
public enum ScoreKind {
  /** Unbounded numbers. A softmax turns them into the probabilities of exclusive classes. */
  LOGITS,

  /** The probabilities of exclusive classes: exactly one class is right. */
  PROBABILITIES,

  /** An independent score for each class: any number of classes may be right. */
  INDEPENDENT
}
