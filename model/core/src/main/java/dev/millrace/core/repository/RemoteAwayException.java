package dev.millrace.core.repository;

import java.io.IOException;

/**
 * Thrown if the machine with a {@link RemoteModelRepository}'s versions does not work at the
 * moment.
 */
public final class RemoteAwayException extends IOException {

  private static final long serialVersionUID = 1;

  /**
   * Creates the exception.
   *
   * @param message the problem
   * @param cause the underlying error, or null
   */
  public RemoteAwayException(String message, Throwable cause) {
    super(message, cause);
  }
}
