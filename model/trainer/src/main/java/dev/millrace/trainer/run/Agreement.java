package dev.millrace.trainer.run;

import dev.millrace.core.training.TrainingException;
import java.nio.FloatBuffer;

/**
 * Checks that an exported ONNX graph returns the same probabilities as the network that was
 * exported.
 */
final class Agreement {

  /** The largest allowed difference of a probability between the graph and the network. */
  private static final double TOLERANCE = 1e-4;

  private Agreement() {}

  /**
   * Compares the probabilities for one batch.
   *
   * @param own the network's probabilities, from position 0
   * @param exported the graph's probabilities, for the same images
   * @throws TrainingException if a difference exceeds the tolerance or is not a number
   */
  static void require(FloatBuffer own, FloatBuffer exported) {
    double furthest = 0;
    for (int i = 0; i < own.limit(); i++) {
      double apart = Math.abs(own.get(i) - exported.get(i));
      furthest = Math.max(furthest, apart); // NaN if a probability is NaN
    }
    if (!(furthest <= TOLERANCE)) {
      throw new TrainingException(
          "the exported graph's probabilities differ from the trained network's by "
              + furthest
              + ", more than "
              + TOLERANCE
              + "; the checkpoint is not published. Report this");
    }
  }
}
