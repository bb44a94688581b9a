package dev.millrace.core.model;

/**
 * A model cannot be used: missing, corrupt, of the wrong shape, or its device is not there. The
 * message says what would be right.
 */
public class ModelException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public ModelException(String message) {
    super(message);
  }

  public ModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
