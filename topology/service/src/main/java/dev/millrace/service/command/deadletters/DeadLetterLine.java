package dev.millrace.service.command.deadletters;

import dev.millrace.service.command.output.Json;
import dev.millrace.service.command.output.Style;
import dev.millrace.service.deadletters.DeadLetter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Formats a dead letter as one line.
 *
 * @param json whether the line is JSON
 * @param zone time zone of the times in text lines
 * @param style colours of text lines
 */
public record DeadLetterLine(boolean json, ZoneId zone, Style style) {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

  private static final String NONE = "-";

  /**
   * {@return the line, without a line break}
   *
   * @param letter the dead letter to print
   */
  public String of(DeadLetter letter) {
    return json ? json(letter) : text(letter);
  }

  private String text(DeadLetter letter) {
    String time = TIME.format(Instant.ofEpochMilli(letter.record().timestamp()).atZone(zone));
    return String.format(
        Locale.ROOT,
        "%s  %-28s  %s  from %s  %s%s",
        style.faint(time),
        printable(letter.key().orElse(NONE)),
        letter.position(),
        printable(letter.source().orElse(NONE)),
        letter.isStub() ? "(stub) " : "",
        style.warning(printable(letter.reason())));
  }

  private static String json(DeadLetter letter) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("key", letter.key().orElse(null));
    fields.put("position", letter.position());
    fields.put("source", letter.source().orElse(null));
    fields.put("timestamp", letter.record().timestamp());
    fields.put("reason", letter.reason());
    fields.put("stub", letter.isStub());
    fields.put("replayOf", letter.replayOf().orElse(null));
    return Json.line(fields);
  }

  /**
   * Replaces control characters with spaces. A key or a reason can contain any text, and a control
   * character could break the line or control the terminal.
   */
  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}+", " ");
  }
}
