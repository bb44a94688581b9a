package dev.millrace.trainer.stream;

import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.core.weights.Weights;
import dev.millrace.trainer.data.LabelledImages;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Trains on images that stay what they are: one round. */
@FunctionalInterface
interface RoundTrainer {

  /**
   * Trains to the end, or to the stop.
   *
   * @param name what the round is called
   * @return the weights, if it came to its end
   * @throws dev.millrace.core.training.TrainingException if it cannot begin or go on
   */
  Optional<Weights> train(
      TrainingConfig config,
      LabelledImages images,
      TrainingListener listener,
      BooleanSupplier stop,
      String name);
}
