package dev.millrace.service.serve;

/**
 * The broker's groups or topics are in a state in which a service would lose records or starve
 * another one. The message is one line that says what to do.
 */
public final class StartRefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  StartRefusedException(String message) {
    super(message);
  }

  StartRefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}
