package dev.millrace.streams.fetch;

/** Images cannot be fetched at the moment. The message says why. */
public final class FetchStalledException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /**
   * Creates the exception.
   *
   * @param message which origin is unavailable, and why
   * @param cause the failure of the last fetch, or null
   */
  public FetchStalledException(String message, Throwable cause) {
    super(message, cause);
  }
}
