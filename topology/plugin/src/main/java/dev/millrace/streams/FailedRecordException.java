package dev.millrace.streams;

/** One record could not be processed, as often as it was tried. The cause is the last failure. */
final class FailedRecordException extends RuntimeException {

  private static final long serialVersionUID = 1;

  FailedRecordException(Exception last) {
    super(
        "it failed %d times, the last time with %s".formatted(RecordFailures.MOST, last),
        last,
        false,
        false);
  }
}
