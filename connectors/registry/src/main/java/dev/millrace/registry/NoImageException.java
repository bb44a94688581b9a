package dev.millrace.registry;

/** An event or its schema holds no image. The message says why, for the dead letter. */
final class NoImageException extends Exception {

  private static final long serialVersionUID = 1;

  NoImageException(String reason) {
    super(reason, null, false, false);
  }
}
