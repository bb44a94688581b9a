package dev.millrace.trainer.data;

import dev.millrace.core.training.TrainingException;

/**
 * Thrown if images that a training needs cannot be read, for example because a disk on the network
 * does not answer. The images may be readable later, so a training from topics tries again.
 */
public final class FailedReadException extends TrainingException {

  private static final long serialVersionUID = 1;

  /**
   * Creates the exception.
   *
   * @param message what happened, and what to do
   */
  public FailedReadException(String message) {
    super(message);
  }

  /**
   * Creates the exception.
   *
   * @param message what happened, and what to do
   * @param cause the underlying error
   */
  public FailedReadException(String message, Exception cause) {
    super(message, cause);
  }
}
