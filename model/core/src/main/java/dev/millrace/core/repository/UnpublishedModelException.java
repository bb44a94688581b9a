package dev.millrace.core.repository;

import dev.millrace.core.model.ModelException;

/** There is no version where one was looked for; publishing the model there mends it. */
public final class UnpublishedModelException extends ModelException {

  private static final long serialVersionUID = 1;

  public UnpublishedModelException(String message) {
    super(message);
  }

  public UnpublishedModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
