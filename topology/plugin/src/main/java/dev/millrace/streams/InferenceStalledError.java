package dev.millrace.streams;

/**
 * The engine returned no answer for a record, or an answer could not be forwarded. The record that
 * is being processed may not be the cause. The stream thread fails, Kafka Streams commits nothing,
 * and the records are processed again. This is an {@link Error}, because a {@code
 * processing.exception.handler} could answer an exception with "resume" and drop the record.
 */
public final class InferenceStalledError extends Error {

  private static final long serialVersionUID = 1;

  InferenceStalledError(String message, Throwable cause) {
    super(message, cause);
  }
}
