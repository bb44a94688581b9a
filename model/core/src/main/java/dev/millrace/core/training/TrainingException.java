package dev.millrace.core.training;

/**
 * A training cannot begin or continue, and nothing was published. The message says what happened
 * and what to do. The message of a subclass says only what happened; the caller adds what to do,
 * because the advice depends on the caller's options.
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
   * @param cause the error behind it
   */
  public TrainingException(String message, Throwable cause) {
    super(message, cause);
  }
}
