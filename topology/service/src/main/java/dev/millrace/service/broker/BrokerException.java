package dev.millrace.service.broker;

/** The embedded broker cannot start, or has failed. The message says what to do. */
public final class BrokerException extends RuntimeException {

  private static final long serialVersionUID = 1;

  BrokerException(String message) {
    super(message);
  }

  BrokerException(String message, Throwable cause) {
    super(message, cause);
  }
}
