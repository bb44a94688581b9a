package dev.millrace.trainer.stream;

import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.core.weights.Weights;
import dev.millrace.trainer.data.LabelledImages;
import dev.millrace.trainer.gate.BaseChampion;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Trains one round on a fixed set of images. */
@FunctionalInterface
interface RoundTrainer {

  /**
   * Trains until the last step, or until {@code stop} returns true.
   *
   * @param name the round's name
   * @param base the champion when the round began; empty if the training has no gate
   * @return the weights, or empty if the round was stopped
   * @throws dev.millrace.core.training.TrainingException if the round cannot begin or continue
   */
  Optional<Weights> train(
      TrainingConfig config,
      LabelledImages images,
      TrainingListener listener,
      BooleanSupplier stop,
      String name,
      Optional<BaseChampion> base);
}
