package dev.millrace.core.repository;

import dev.millrace.core.model.ModelException;

/**
 * Thrown if the repository does not contain the model or the version. Publishing the model to the
 * repository solves the problem.
 */
public final class UnpublishedModelException extends ModelException {

  private static final long serialVersionUID = 1;

  /**
   * Creates the exception.
   *
   * @param message what is missing, and where
   */
  public UnpublishedModelException(String message) {
    super(message);
  }

  /**
   * Creates the exception with a cause.
   *
   * @param message what is missing, and where
   * @param cause the error of the file system
   */
  public UnpublishedModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
