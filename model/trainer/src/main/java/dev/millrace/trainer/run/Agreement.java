package dev.millrace.trainer.run;

import dev.millrace.core.training.TrainingException;
import java.nio.FloatBuffer;

/** Whether an exported graph answers as the network that it was made of. */
final class Agreement {

  /** How far the exported graph's probabilities may be from the network's own. */
  private static final double TOLERANCE = 1e-4;

  private Agreement() {}

  /**
   * Compares the answers to the same images.
   *
   * @param own probabilities by the network, from position 0
   * @param exported probabilities by the graph, as many
   * @throws TrainingException if one differs by more than the tolerance, or is not a number
   */
  static void require(FloatBuffer own, FloatBuffer exported) {
    double furthest = 0;
    for (int i = 0; i < own.limit(); i++) {
      double apart = Math.abs(own.get(i) - exported.get(i));
      furthest = Math.max(furthest, apart); // not a number if either is not
    }
    if (!(furthest <= TOLERANCE)) {
      throw new TrainingException(
          "the exported graph answers "
              + furthest
              + " apart from the network that was trained, more than "
              + TOLERANCE
              + "; it is not published. Report this");
    }
  }
}
