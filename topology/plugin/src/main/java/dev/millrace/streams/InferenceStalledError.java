package dev.millrace.streams;

/**
 * The engine has no answer for a record, although the record may be good. The stream thread fails,
 * Kafka Streams commits nothing, and the records are processed again. This is an {@link Error} so
 * that no {@code processing.exception.handler} can answer it with "resume" and drop the record.
 */
public final class InferenceStalledError extends Error {

  private static final long serialVersionUID = 1;

  InferenceStalledError(String message, Throwable cause) {
    super(message, cause);
  }
}
