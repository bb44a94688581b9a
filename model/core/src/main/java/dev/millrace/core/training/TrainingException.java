package dev.millrace.core.training;

/**
 * A training cannot begin, or cannot go on. Nothing was published. The message says what happened
 * and what to do; that of a subclass leaves what to do to the caller, which knows the options.
 */
public class TrainingException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public TrainingException(String message) {
    super(message);
  }

  public TrainingException(String message, Throwable cause) {
    super(message, cause);
  }
}
