package dev.millrace.core.repository;

import java.io.IOException;

/** The machine with a {@link RemoteModelRepository}'s versions does not work at the moment. */
public final class RemoteAwayException extends IOException {

  private static final long serialVersionUID = 1;

  /**
   * Creates the exception.
   *
   * @param message what does not work
   * @param cause the underlying error, or null
   */
  public RemoteAwayException(String message, Throwable cause) {
    super(message, cause);
  }
}
