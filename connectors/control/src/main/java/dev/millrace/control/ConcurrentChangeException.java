package dev.millrace.control;

/** Another writer named a model's champion at the same moment, and wins: nothing was written. */
public final class ConcurrentChangeException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  ConcurrentChangeException(String model, Throwable cause) {
    super(
        "the champion of "
            + model
            + " is being changed by somebody else at this moment, and nothing was written; look"
            + " which version serves, and try again",
        cause);
  }
}
