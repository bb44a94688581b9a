package dev.millrace.registry;

/** An event does not have what is looked for. The message says why. */
final class MissingFieldException extends Exception {

  private static final long serialVersionUID = 1;

  MissingFieldException(String message) {
    super(message, null, false, false); // without a stack trace
  }
}
