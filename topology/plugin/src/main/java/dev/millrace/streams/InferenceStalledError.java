package dev.millrace.streams;

/**
 * The engine gave no answer for a record, or an answer could not be forwarded, although the record
 * that is being processed may be good. The stream thread fails, Kafka Streams commits nothing, and
 * the records are processed again. This is an {@link Error}, because a {@code
 * processing.exception.handler} could answer an exception with "resume" and drop the record.
 */
public final class InferenceStalledError extends Error {

  private static final long serialVersionUID = 1;

  InferenceStalledError(String message, Throwable cause) {
    super(message, cause);
  }
}
