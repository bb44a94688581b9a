package dev.millrace.trainer.run;

import dev.millrace.trainer.data.EvaluationSet;
import dev.millrace.trainer.data.MiniBatch;
import java.nio.FloatBuffer;
import java.util.function.Function;

/**
 * A network's results on held-out images.
 *
 * @param loss mean cross-entropy, in nats
 * @param accuracy share of the images, from 0 to 1, for which the network gives the correct class a
 *     higher probability than every other class
 */
record HeldOut(double loss, double accuracy) {

  /**
   * Classifies all images with a network.
   *
   * @param answers returns the network's probabilities for a batch, {@code float32[images,
   *     classes]}; each row is a distribution
   */
  static HeldOut of(Function<MiniBatch, FloatBuffer> answers, EvaluationSet images, int classes) {
    double[] sums = new double[2];
    images.forEachBatch(
        batch -> {
          FloatBuffer probabilities = answers.apply(batch);
          for (int i = 0; i < batch.size(); i++) {
            int label = batch.labels()[i];
            float own = probabilities.get(i * classes + label);
            boolean largest = true;
            for (int other = 0; other < classes; other++) {
              largest &= other == label || probabilities.get(i * classes + other) < own;
            }
            sums[0] -= Math.log(Math.max(own, Float.MIN_NORMAL));
            sums[1] += largest ? 1 : 0;
          }
        });
    return new HeldOut(sums[0] / images.size(), sums[1] / images.size());
  }
}
