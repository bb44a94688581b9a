package dev.millrace.core.repository;

import dev.millrace.core.model.ModelException;

/** A version's input or classes are not those of its predecessor. */
public final class SignatureChangeException extends ModelException {

  private static final long serialVersionUID = 1;

  SignatureChangeException(String message) {
    super(message);
  }
}
