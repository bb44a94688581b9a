package dev.millrace.service.serve;

import java.time.DateTimeException;
import java.time.Instant;
import org.apache.kafka.clients.admin.OffsetSpec;

/**
 * The position from which a group without committed offsets starts to read.
 *
 * @param text the position as the user wrote it
 * @param offsets the query that asks the brokers for the offsets at this position
 */
public record From(String text, OffsetSpec offsets) {

  /**
   * Parses {@code earliest}, {@code latest}, an ISO-8601 instant such as {@code
   * 2026-01-31T12:00:00Z}, or milliseconds since 1970.
   *
   * @param text the text to parse
   * @return the position
   * @throws IllegalArgumentException if the text has none of these forms
   */
  public static From parse(String text) {
    return switch (text) {
      case "earliest" -> new From(text, OffsetSpec.earliest());
      case "latest" -> new From(text, OffsetSpec.latest());
      default -> new From(text, OffsetSpec.forTimestamp(millis(text)));
    };
  }

  /** Parses an instant, or milliseconds since 1970. Returns milliseconds since 1970. */
  static long millis(String text) {
    try {
      long millis =
          text.matches("\\d+") ? Long.parseLong(text) : Instant.parse(text).toEpochMilli();
      if (millis >= 0) {
        return millis;
      }
    } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
      // the exception below reports it
    }
    throw new IllegalArgumentException(
        "from: "
            + text
            + " is not earliest, latest, an instant such as 2026-01-31T12:00:00Z, or milliseconds"
            + " since 1970");
  }
}
