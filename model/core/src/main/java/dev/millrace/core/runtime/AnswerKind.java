package dev.millrace.core.runtime;

import dev.millrace.core.evaluation.Evaluation;

/** The meaning of the numbers, one per class, that a loaded model returns for an image. */
public enum AnswerKind {
  /** A distribution: one class is right, and the probabilities of all classes sum to 1. */
  EXCLUSIVE,

  /**
   * One class is right, but the model has rounded the probabilities, usually to 8 bits. The
   * probabilities sum to 1 only roughly, because many small probabilities have become 0.
   */
  COARSE,

  /** An independent probability for each class: any number of classes may be right. */
  INDEPENDENT;

  private static final float DECIDED = 0.5f;

  /**
   * Checks whether an answer has the numbers that this kind requires.
   *
   * @param row the answer: one number per class
   * @param tolerance the largest allowed difference between 1 and the sum of a distribution; also
   *     the largest allowed distance of a number from the range 0 to 1
   * @return the problem, for example {@code probabilities that sum to 3.2, not 1}, or null if there
   *     is none
   */
  public String problem(float[] row, double tolerance) {
    double sum = 0;
    for (float value : row) {
      sum += value;
    }
    if (this == EXCLUSIVE && !(Math.abs(sum - 1) <= tolerance)) { // true for NaN, too
      return "probabilities that sum to " + sum + ", not 1";
    }
    for (float value : row) {
      if (!(value >= -tolerance && value <= 1 + tolerance)) {
        return "a probability of " + value;
      }
    }
    return null;
  }

  /**
   * {@return whether two answers to an image are equivalent} For exclusive classes, two answers are
   * equivalent if they have the same most probable class. For independent classes, they are
   * equivalent if the same classes have a score of at least 0.5 in both answers.
   *
   * @param one an answer: one number per class
   * @param other another answer, with as many numbers
   */
  public boolean isSameAnswer(float[] one, float[] other) {
    if (this != INDEPENDENT) {
      return Evaluation.mostProbable(one) == Evaluation.mostProbable(other);
    }
    for (int i = 0; i < one.length; i++) {
      if ((one[i] >= DECIDED) != (other[i] >= DECIDED)) {
        return false;
      }
    }
    return true;
  }
}
