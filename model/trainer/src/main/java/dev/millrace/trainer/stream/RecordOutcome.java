package dev.millrace.trainer.stream;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The outcomes of the records that the replay receives. The replay counts each outcome. */
enum RecordOutcome {
  /** An image was joined with its label. */
  LABELLED,
  /** A label arrived after its image had been evicted. */
  LATE,
  /** A label replaced a different label of the same key. */
  CONTRADICTING,
  /** A label was withdrawn by a record without a value. */
  WITHDRAWN,
  /** An image, or a label without an image, was evicted to make room for newer records. */
  EVICTED,
  /**
   * A record had no key, its key was not UTF-8 or too long, an image's record had no value, or a
   * label was not one line of text or too long for a class.
   */
  SKIPPED,
  /** An event held no image, or a labelled image could not be decoded. */
  UNREADABLE;

  private final String word = name().toLowerCase(Locale.ROOT);

  /** {@return the outcome in lower case, as in messages and in the index on disk} */
  @JsonValue
  @Override
  public String toString() {
    return word;
  }
}
