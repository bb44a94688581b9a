package dev.millrace.core.model;

/** What the scores are that an exported model returns for an image. */
public enum ScoreKind {
  /** Unbounded numbers, of which a softmax makes probabilities of exclusive classes. */
  LOGITS,

  /** The probabilities of exclusive classes, of which one is right. */
  PROBABILITIES,

  /** One score for each class by itself: any number of classes may be right. */
  INDEPENDENT
}
