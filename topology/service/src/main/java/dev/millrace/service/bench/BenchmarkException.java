package dev.millrace.service.bench;

/** A benchmark cannot be run here, or what it measures failed. */
public final class BenchmarkException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public BenchmarkException(String message) {
    super(message);
  }
}
