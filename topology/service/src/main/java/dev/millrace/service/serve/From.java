package dev.millrace.service.serve;

import java.time.DateTimeException;
import java.time.Instant;
import org.apache.kafka.clients.admin.OffsetSpec;

/**
 * Where a group without committed offsets begins to read.
 *
 * @param text the position as the user wrote it
 * @param offsets the query by which brokers find its offsets
 */
public record From(String text, OffsetSpec offsets) {

  /**
   * Reads {@code earliest}, {@code latest}, an ISO-8601 instant such as {@code
   * 2026-01-31T12:00:00Z}, or milliseconds since 1970.
   *
   * @param text the position
   * @return the position, and the query for it
   * @throws IllegalArgumentException if the text is none of these
   */
  public static From parse(String text) {
    return switch (text) {
      case "earliest" -> new From(text, OffsetSpec.earliest());
      case "latest" -> new From(text, OffsetSpec.latest());
      default -> new From(text, OffsetSpec.forTimestamp(millis(text)));
    };
  }

  /** Reads an instant, or milliseconds since 1970; returns milliseconds since 1970. */
  static long millis(String text) {
    try {
      long millis =
          text.matches("\\d+") ? Long.parseLong(text) : Instant.parse(text).toEpochMilli();
      if (millis >= 0) {
        return millis;
      }
    } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
      // reported below
    }
    throw new IllegalArgumentException(
        "from: "
            + text
            + " is not earliest, latest, an instant such as 2026-01-31T12:00:00Z, or milliseconds"
            + " since 1970");
  }
}
