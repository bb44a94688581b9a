package dev.millrace.trainer.run;

import dev.millrace.core.evaluation.Evaluation;
import dev.millrace.core.evaluation.Figures;
import dev.millrace.trainer.data.EvaluationSet;
import dev.millrace.trainer.data.MiniBatch;
import java.nio.FloatBuffer;
import java.util.function.Function;

/** Measures a network on held-out images. */
final class HeldOut {

  private HeldOut() {}

  /**
   * Classifies all images with a network.
   *
   * @param answers returns the network's probabilities for a batch, {@code float32[images,
   *     classes]}; each row is a distribution
   * @return the measures; the log loss is NaN if a probability is NaN
   */
  static Figures of(Function<MiniBatch, FloatBuffer> answers, EvaluationSet images, int classes) {
    Evaluation evaluation = new Evaluation(classes);
    images.forEachBatch(
        batch -> {
          FloatBuffer probabilities = answers.apply(batch);
          float[] row = new float[classes];
          for (int i = 0; i < batch.size(); i++) {
            probabilities.get(i * classes, row);
            evaluation.add(batch.labels()[i], row);
          }
        });
    return evaluation.figures();
  }
}
