package dev.millrace.service.serve;

/**
 * The service refuses to start because of the state of its group or its topics. If the service
 * started, it would lose records, or take partitions from another service. The message is one line
 * that says what to do.
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
