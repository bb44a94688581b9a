package dev.millrace.service.command;

/** A command failed. The message is one line that says what to do; it becomes the last one. */
final class CommandException extends RuntimeException {

  private static final long serialVersionUID = 1;

  CommandException(String message) {
    super(message);
  }

  CommandException(String message, Throwable cause) {
    super(message, cause);
  }
}
