package dev.millrace.core.repository;

import dev.millrace.core.model.ModelException;

/** The image size or the classes of a version differ from those of its predecessor. */
public final class SignatureChangeException extends ModelException {

  private static final long serialVersionUID = 1;

  SignatureChangeException(String message) {
    super(message);
  }
}
