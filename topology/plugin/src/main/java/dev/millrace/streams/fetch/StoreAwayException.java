package dev.millrace.streams.fetch;

/** A store of images does not work at the moment. The message says why. */
public final class StoreAwayException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /**
   * Creates the exception.
   *
   * @param message which store does not work, and why
   * @param cause the failure of the last fetch, or null
   */
  public StoreAwayException(String message, Throwable cause) {
    super(message, cause);
  }
}
