package dev.millrace.registry;

/** Thrown if an event does not have the wanted field. The message says why. */
final class MissingFieldException extends Exception {

  private static final long serialVersionUID = 1;

  MissingFieldException(String message) {
    super(message, null, false, false); // without a stack trace
  }
}
