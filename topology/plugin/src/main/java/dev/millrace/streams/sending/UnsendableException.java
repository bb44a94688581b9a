package dev.millrace.streams.sending;

/**
 * The brokers would refuse the output of one record. If a processor throws this exception, {@code
 * DeadLetterBadImages} sends the input record to the dead-letter topic, with the message as the
 * reason. The exception has no stack trace, because a stack trace says nothing about the record.
 */
public final class UnsendableException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /**
   * Creates the exception.
   *
   * @param message the reason in words
   */
  public UnsendableException(String message) {
    super(message, null, false, false);
  }
}
