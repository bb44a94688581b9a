package dev.millrace.service.serve;

/**
 * The state of the brokers' groups or topics keeps the service from starting: the service would
 * lose records, or take partitions from another service. The message is one line that says what to
 * do.
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
