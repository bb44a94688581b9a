package dev.millrace.streams.engine;

/**
 * The engine took no image in time, or has stopped. No record is to blame, so the task that
 * receives this must fail.
 *
 * <p>If the waiting thread was interrupted, the cause is the {@link InterruptedException}. The
 * engine itself is well then, and other tasks go on with it.
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
