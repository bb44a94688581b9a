package dev.millrace.streams.sending;

/**
 * Brokers would refuse what was made of one record. The message says why, for the dead letter. It
 * carries no stack trace: ours would say nothing of the record.
 */
public final class UnsendableException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public UnsendableException(String message) {
    super(message, null, false, false);
  }
}
