package dev.millrace.service.command.lifecycle;

/**
 * A command failed. The message is one line that says what to do. The command prints the message as
 * its last line.
 */
public class CommandException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /**
   * Creates the exception.
   *
   * @param message one line that says what to do
   */
  public CommandException(String message) {
    super(message);
  }

  /**
   * Creates the exception.
   *
   * @param message one line that says what to do
   * @param cause the exception that made the command fail
   */
  public CommandException(String message, Throwable cause) {
    super(message, cause);
  }
}
