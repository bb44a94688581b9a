package dev.millrace.core.repository;

import dev.millrace.core.model.ModelException;
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

  /**
   * {@return whether a failure may end by itself, because the machine does not work at the moment}
   *
   * @param failure the failure of a repository
   */
  public static boolean isCauseOf(ModelException failure) {
    return failure.getCause() instanceof RemoteAwayException;
  }
}
