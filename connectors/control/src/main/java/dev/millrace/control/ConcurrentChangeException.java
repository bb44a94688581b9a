package dev.millrace.control;

/**
 * Thrown if another writer changes the champion or the class names of the same model at the same
 * time. The writer that throws this exception wrote nothing.
 */
public final class ConcurrentChangeException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param model the model's name
   * @param cause the broker's error
   */
  public ConcurrentChangeException(String model, Throwable cause) {
    super(
        "the champion of "
            + model
            + " is being changed by another writer at this moment, and nothing was written; check"
            + " which version serves, and try again",
        cause);
  }
}
