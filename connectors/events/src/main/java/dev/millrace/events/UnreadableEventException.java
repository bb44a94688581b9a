package dev.millrace.events;

/** An event holds no image. The message says why, and becomes the dead letter's reason. */
final class UnreadableEventException extends Exception {

  private static final long serialVersionUID = 1;

  UnreadableEventException(String reason) {
    super(reason, null, false, false);
  }
}
