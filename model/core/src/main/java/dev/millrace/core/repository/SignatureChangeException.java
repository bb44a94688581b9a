package dev.millrace.core.repository;

import dev.millrace.core.model.ModelException;

/** Thrown if the image size or the classes of a version differ from its predecessor's. */
public final class SignatureChangeException extends ModelException {

  private static final long serialVersionUID = 1;

  SignatureChangeException(String message) {
    super(message);
  }
}
