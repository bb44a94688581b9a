package dev.millrace.streams;

/**
 * A record failed {@value RecordFailures#MOST} times. The cause of this exception is the last
 * failure.
 */
final class FailedRecordException extends RuntimeException {

  private static final long serialVersionUID = 1;

  FailedRecordException(Exception last) {
    super(
        "the record failed %d times, the last time with %s".formatted(RecordFailures.MOST, last),
        last,
        false,
        false);
  }
}
