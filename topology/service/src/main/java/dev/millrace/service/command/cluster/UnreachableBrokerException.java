package dev.millrace.service.command.cluster;

import dev.millrace.service.command.lifecycle.CommandException;

/**
 * No broker answered. Either no broker runs, or the broker is busy, or the broker expects another
 * security protocol.
 */
public final class UnreachableBrokerException extends CommandException {

  private static final long serialVersionUID = 1;

  /** Whether the broker's host name cannot be resolved. */
  private final boolean unknownName;

  UnreachableBrokerException(String message, boolean unknownName, Throwable cause) {
    super(message, cause);
    this.unknownName = unknownName;
  }

  /** Whether the broker's host name cannot be resolved. */
  boolean isUnknownName() {
    return unknownName;
  }
}
