package dev.millrace.service.serve;

import org.apache.kafka.common.errors.AuthorizationException;

/** The brokers refused a request because of a missing right, which the message names. */
public final class MissingRightException extends AuthorizationException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param right the right to ask for, for example {@code "Create on topic images"}
   * @param refusal the broker's refusal
   */
  public MissingRightException(String right, AuthorizationException refusal) {
    super(
        "not allowed: "
            + refusal.getMessage().replaceFirst("\\.$", "")
            + "; ask for the right "
            + right
            + " on the broker ('millrace doctor --acls' lists what each command needs)",
        refusal);
  }
}
