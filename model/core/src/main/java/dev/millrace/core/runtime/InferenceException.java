package dev.millrace.core.runtime;

/** A run on the device failed. No image is to blame: the batch it belonged to has no answer. */
public final class InferenceException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public InferenceException(String message, Throwable cause) {
    super(message, cause);
  }
}
