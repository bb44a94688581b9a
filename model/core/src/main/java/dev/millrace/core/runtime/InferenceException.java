package dev.millrace.core.runtime;

/**
 * A run failed: it threw, or its answers are no numbers.
 *
 * <p>A session throws it for a single run. An answer of the inference engine that fails with it
 * says more: the device is to blame, because it does not answer the warm-up image either. So a
 * caller that finds it among the causes of a failure knows that the device is broken.
 */
public final class InferenceException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public InferenceException(String message, Throwable cause) {
    super(message, cause);
  }
}
