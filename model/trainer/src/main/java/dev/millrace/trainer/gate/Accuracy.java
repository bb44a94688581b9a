package dev.millrace.trainer.gate;

import dev.millrace.core.runtime.ModelSession;
import dev.millrace.trainer.data.EvaluationSet;

/** How good a version is. */
public final class Accuracy {

  private Accuracy() {}

  /** The share of the images that a session answers right, from 0 to 1. */
  public static double of(ModelSession session, EvaluationSet images) {
    return Answers.of(session, images).accuracy();
  }
}
