package dev.millrace.core.training;

/**
 * Thrown if a training cannot begin or continue. Nothing was published. The message says what
 * happened and what to do. The message of a subclass says only what happened. The caller adds the
 * advice, because the advice depends on the caller's options.
 */
public class TrainingException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /**
   * Creates the exception.
   *
   * @param message what happened, and what to do
   */
  public TrainingException(String message) {
    super(message);
  }

  /**
   * Creates the exception with a cause.
   *
   * @param message what happened, and what to do
   * @param cause the underlying error
   */
  public TrainingException(String message, Throwable cause) {
    super(message, cause);
  }
}
