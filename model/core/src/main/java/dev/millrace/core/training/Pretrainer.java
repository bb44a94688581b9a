package dev.millrace.core.training;

import java.util.function.BooleanSupplier;

/**
 * Trains an encoder on images without labels. {@link java.util.ServiceLoader} finds the
 * implementation, as that of {@link Trainer}.
 */
public interface Pretrainer {

  /**
   * Trains until the last step, or until {@code stop} returns true.
   *
   * <p>If a run was interrupted or killed, the next call with the same options resumes it from the
   * run's folder: after a stop at the next step, after a kill at the epoch that was interrupted. On
   * one thread, the result equals the result of an uninterrupted run.
   *
   * <p>The calling thread does all the work and calls the listener. A process runs one pre-training
   * at a time.
   *
   * @param config the configuration
   * @param listener receives the events
   * @param stop called between steps. If it returns true, the state is saved and the call returns
   * @throws TrainingException if the pre-training cannot begin or continue
   */
  void pretrain(PretrainingConfig config, PretrainingListener listener, BooleanSupplier stop);
}
