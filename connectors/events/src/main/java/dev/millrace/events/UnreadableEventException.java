package dev.millrace.events;

/**
 * Thrown if no image can be read from an event. The message says why, and becomes the reason of the
 * dead letter.
 */
final class UnreadableEventException extends Exception {

  private static final long serialVersionUID = 1;

  UnreadableEventException(String reason) {
    super(reason, null, false, false);
  }
}
