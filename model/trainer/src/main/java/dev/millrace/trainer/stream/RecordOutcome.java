package dev.millrace.trainer.stream;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The counted outcomes of records. */
enum RecordOutcome {
  /** An image was joined with its label. */
  LABELLED,
  /** A label arrived after its image had been evicted. */
  LATE,
  /** A label replaced another label of the same key. */
  CONTRADICTING,
  /** An image, or a label without an image, was evicted for newer ones. */
  EVICTED,
  /** A record had no key or no value, or one of them was not the expected text. */
  SKIPPED,
  /** A labelled image could not be decoded. */
  UNREADABLE;

  private final String word = name().toLowerCase(Locale.ROOT);

  /** {@return the outcome in lower case, as in messages and in the index on disk} */
  @JsonValue
  @Override
  public String toString() {
    return word;
  }
}
