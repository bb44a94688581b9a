package dev.millrace.service.telemetry;

/** Traces or metrics cannot be exported as they are configured. The message says what to do. */
public final class TelemetryException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  TelemetryException(String message) {
    super(message);
  }

  TelemetryException(String message, Throwable cause) {
    super(message, cause);
  }
}
