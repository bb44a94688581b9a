package dev.millrace.streams.engine;

/**
 * The engine accepted no image in time, or has stopped. No record has caused this, so the task that
 * receives this exception must fail.
 *
 * <p>If the waiting thread was interrupted, the cause is the {@link InterruptedException}. The
 * engine is not affected then, and other tasks continue to use it.
 */
public final class EngineStalledException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /**
   * Creates the exception without a cause.
   *
   * @param message the reason in words
   */
  public EngineStalledException(String message) {
    super(message);
  }

  /**
   * Creates the exception.
   *
   * @param message the reason in words
   * @param cause the failure that stopped the engine, or the interrupt
   */
  public EngineStalledException(String message, Throwable cause) {
    super(message, cause);
  }
}
