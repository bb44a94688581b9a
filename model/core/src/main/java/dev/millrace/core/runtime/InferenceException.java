package dev.millrace.core.runtime;

/**
 * Thrown if a run of the model fails with an error, or returns probabilities that are not finite
 * numbers.
 *
 * <p>A session throws this exception if a single run fails. The inference engine completes an
 * answer with this exception only if the device also fails on the black image with which the engine
 * warms up. If a caller finds this exception among the causes of a failed answer, the device is
 * broken.
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
