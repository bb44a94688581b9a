package dev.millrace.trainer.stream;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What became of records, as it is counted. */
enum RecordOutcome {
  /** An image met its label. */
  LABELLED,
  /** A label came after its image had made way. */
  LATE,
  /** A label came for a key that had another one, and took its place. */
  CONTRADICTING,
  /** An image, or a label without one, made way for newer ones. */
  EVICTED,
  /** A record had no key or value, or they were not text where text is expected. */
  SKIPPED,
  /** An image that has a label could not be decoded. */
  UNREADABLE;

  private final String word = name().toLowerCase(Locale.ROOT);

  /** The word for it in messages and in the index on disk, in lower case. */
  @JsonValue
  @Override
  public String toString() {
    return word;
  }
}
