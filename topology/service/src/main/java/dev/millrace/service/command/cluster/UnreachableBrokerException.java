package dev.millrace.service.command.cluster;

import dev.millrace.service.command.lifecycle.CommandException;

/** No broker answered, because there is none, it is busy, or it waits for another protocol. */
public final class UnreachableBrokerException extends CommandException {

  private static final long serialVersionUID = 1;

  /** Whether no address is known for the broker's name. */
  private final boolean unknownName;

  UnreachableBrokerException(String message, boolean unknownName, Throwable cause) {
    super(message, cause);
    this.unknownName = unknownName;
  }

  /** Whether no address is known for the broker's name. */
  boolean isUnknownName() {
    return unknownName;
  }
}
