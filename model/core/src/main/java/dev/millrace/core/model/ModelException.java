package dev.millrace.core.model;

import java.util.List;

/**
 * Thrown if a model cannot be used, because it is missing or corrupt, has the wrong shape, or its
 * device is not available. The message says what happened and what to do.
 */
public class ModelException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** The settings to change; the user interface names them. */
  private final List<Setting> settings;

  /**
   * Creates the exception.
   *
   * @param message what happened, and what to do
   * @param settings the settings that the message asks to change, if any
   */
  public ModelException(String message, Setting... settings) {
    super(message);
    this.settings = List.of(settings);
  }

  /**
   * Creates the exception with a cause.
   *
   * @param message what happened, and what to do
   * @param cause the underlying error
   * @param settings the settings that the message asks to change, if any
   */
  public ModelException(String message, Throwable cause, Setting... settings) {
    super(message, cause);
    this.settings = List.of(settings);
  }

  /** {@return the settings that the message asks to change} */
  public List<Setting> settings() {
    return settings;
  }
}
