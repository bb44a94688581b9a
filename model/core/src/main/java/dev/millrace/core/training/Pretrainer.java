package dev.millrace.core.training;

import java.util.function.BooleanSupplier;

/**
 * Trains an encoder on images without labels. {@link java.util.ServiceLoader} finds the
 * implementation, as it does for {@link Trainer}.
 */
public interface Pretrainer {

  /**
   * Trains until the last step, or until {@code stop} returns true.
   *
   * <p>If a run was stopped or killed, the next call with the same options resumes the run from the
   * run's folder. A stopped run resumes at the next step. A killed run resumes at the beginning of
   * the epoch in which it was killed. On one thread, the result equals the result of an
   * uninterrupted run.
   *
   * <p>The calling thread does all the work and calls the listener. A process runs one pre-training
   * at a time.
   *
   * @param config the configuration
   * @param listener receives the events
   * @param stop called between steps, and before each image is read or decoded. If it returns true,
   *     the state is saved and the call returns
   * @return true if the last step is done; false if {@code stop} ended the pre-training before
   * @throws TrainingException if the pre-training cannot begin or continue
   */
  boolean pretrain(PretrainingConfig config, PretrainingListener listener, BooleanSupplier stop);
}
