package dev.millrace.service.bench;

/** A benchmark cannot run on this machine, or has failed. */
public final class BenchmarkException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /**
   * Creates the exception.
   *
   * @param message one line that says what happened
   */
  public BenchmarkException(String message) {
    super(message);
  }
}
