package dev.millrace.core.training;

import dev.millrace.core.model.Setting;
import java.util.List;

/**
 * Thrown if a training cannot begin or continue. Nothing was published. The message says what
 * happened and what to do. The message of a subclass says only what happened. The caller adds the
 * advice, because the advice depends on the caller's options.
 */
public class TrainingException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** The settings to change; the user interface names them. */
  private final List<Setting> settings;

  /**
   * Creates the exception.
   *
   * @param message what happened, and what to do
   * @param settings the settings that the message asks to change, if any
   */
  public TrainingException(String message, Setting... settings) {
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
  public TrainingException(String message, Throwable cause, Setting... settings) {
    super(message, cause);
    this.settings = List.of(settings);
  }

  /** {@return the settings that the message asks to change} */
  public List<Setting> settings() {
    return settings;
  }
}
