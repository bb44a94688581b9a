package dev.millrace.core.runtime;

/**
 * A run failed: it threw an error, or its answers are not numbers.
 *
 * <p>A session throws this exception for a single run. The inference engine completes an answer
 * with it only if the device is at fault, that is, if the device fails on the warm-up image too. A
 * caller that finds this exception among the causes of a failed answer therefore knows that the
 * device is broken.
 */
public final class InferenceException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /**
   * Creates the exception.
   *
   * @param message what failed, and on which device
   * @param cause the runtime's error, or null
   */
  public InferenceException(String message, Throwable cause) {
    super(message, cause);
  }
}
