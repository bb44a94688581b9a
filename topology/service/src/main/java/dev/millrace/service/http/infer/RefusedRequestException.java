package dev.millrace.service.http.infer;

/**
 * Signals that the server must answer a request with an error. The exception has no stack trace.
 */
public final class RefusedRequestException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** The HTTP status code. */
  private final int status;

  /**
   * Creates the exception.
   *
   * @param status the HTTP status code, from 400 to 599
   * @param message what is wrong, and what to do
   */
  public RefusedRequestException(int status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  /** Returns the exception for a body that cannot be read. */
  static RefusedRequestException badRequest(String message) {
    return new RefusedRequestException(400, message);
  }

  /** {@return the HTTP status code} */
  public int status() {
    return status;
  }
}
