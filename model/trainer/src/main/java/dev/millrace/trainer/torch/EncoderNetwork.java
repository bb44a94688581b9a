package dev.millrace.trainer.torch;

import dev.millrace.core.weights.Weights;
import dev.millrace.trainer.data.MiniBatch;
import java.nio.FloatBuffer;
import java.util.Map;

/** A network that contains an encoder. Confined to one thread. */
public interface EncoderNetwork extends AutoCloseable {

  /**
   * Computes the encoder's output with the stored statistics of the batch norms.
   *
   * @param batch the batch
   * @return the features, {@code float32[images, features]}
   */
  FloatBuffer features(MiniBatch batch);

  /**
   * Adds a batch to an estimate of the batch norms' statistics, for the current weights.
   *
   * @param batch the batch
   * @param before number of images that the estimate already includes; 0 begins a new estimate
   */
  void estimateStatistics(MiniBatch batch, int before);

  /** {@return a copy of the encoder's weights, in torchvision's order} */
  Weights encoder();

  /** {@return a copy of everything that the steps change, by kind} */
  Map<String, Weights> state();

  /**
   * Restores a saved state.
   *
   * @param state the state, as {@link #state} returned it
   * @param steps the number of steps that led to the state
   */
  void restore(Map<String, Weights> state, long steps);

  @Override
  void close();
}
