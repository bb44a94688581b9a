package dev.millrace.core.model;

/**
 * Thrown if a model cannot be used, because it is missing or corrupt, has the wrong shape, or its
 * device is not available. The message says what happened and what to do.
 */
public class ModelException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /**
   * Creates the exception.
   *
   * @param message what happened, and what to do
   */
  public ModelException(String message) {
    super(message);
  }

  /**
   * Creates the exception with a cause.
   *
   * @param message what happened, and what to do
   * @param cause the underlying error
   */
  public ModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
