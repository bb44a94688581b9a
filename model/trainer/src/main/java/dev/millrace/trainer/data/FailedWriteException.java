package dev.millrace.trainer.data;

import dev.millrace.core.training.TrainingException;
import java.io.IOException;

/**
 * Thrown if a file of a training cannot be written, for example because the disk is full. The
 * training can write the file later, so a training from topics tries again.
 */
public final class FailedWriteException extends TrainingException {

  private static final long serialVersionUID = 1;

  /**
   * Creates the exception.
   *
   * @param message what happened, and what to do
   * @param cause the underlying error
   */
  public FailedWriteException(String message, IOException cause) {
    super(message, cause);
  }
}
