package dev.millrace.streams;

/**
 * The engine has no answer for a record that may well be good. An {@link Error}, so that no {@code
 * processing.exception.handler} can answer it with "resume" and drop the record: the stream thread
 * fails, nothing is committed, and the records are processed again.
 */
public final class InferenceStalledError extends Error {

  private static final long serialVersionUID = 1;

  InferenceStalledError(String message, Throwable cause) {
    super(message, cause);
  }
}
