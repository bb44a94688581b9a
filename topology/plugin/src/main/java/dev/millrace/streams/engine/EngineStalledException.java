package dev.millrace.streams.engine;

/**
 * The engine took no image in time, or has stopped. No record is to blame; the task that hears of
 * it must fail.
 */
public final class EngineStalledException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public EngineStalledException(String message) {
    super(message);
  }

  public EngineStalledException(String message, Throwable cause) {
    super(message, cause);
  }
}
