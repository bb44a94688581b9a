package dev.millrace.trainer.gate;

import dev.millrace.core.runtime.ModelSession;
import dev.millrace.trainer.data.EvaluationSet;

/** The accuracy of a version. */
public final class Accuracy {

  private Accuracy() {}

  /**
   * {@return the share of the images that a session classifies correctly, from 0 to 1}
   *
   * @param session the session; the caller closes it
   * @param images the images
   */
  public static double of(ModelSession session, EvaluationSet images) {
    return Answers.of(session, images).accuracy();
  }
}
