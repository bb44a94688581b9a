package dev.millrace.core.training;

/** A training cannot begin, or cannot go on; the message says what to do. Nothing was published. */
public final class TrainingException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public TrainingException(String message) {
    super(message);
  }

  public TrainingException(String message, Throwable cause) {
    super(message, cause);
  }
}
