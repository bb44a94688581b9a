package dev.millrace.core.training;

import java.util.function.BooleanSupplier;

/**
 * Trains: the port behind which the training library lives. It is found by {@link
 * java.util.ServiceLoader}, so that the topology's class path never holds it.
 */
public interface Trainer {

  /**
   * Trains until it is done, or is told to stop; from topics, it is never done. A run on a folder
   * of images that was interrupted, even killed, goes on where its own folder says it was; on one
   * thread its result is then that of a run that was not. A round on topics begins anew.
   *
   * <p>The calling thread does it all, and the listener is called on it; one training at a time in
   * a process.
   *
   * @param stop asked between steps; what was done is kept
   * @throws TrainingException if it cannot begin or go on
   */
  void train(TrainingConfig config, TrainingListener listener, BooleanSupplier stop);
}
