package dev.millrace.service.command.models;

import dev.millrace.control.SwapReport;
import dev.millrace.service.command.output.Json;
import dev.millrace.service.history.Reported;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Formats a report for {@code models status}.
 *
 * @param zone the time zone of the times in text
 */
record ReportText(ZoneId zone) {

  static final List<String> HEADINGS =
      List.of("MODEL", "INSTANCE", "SERVES", "REPORTED", "LAST ORDER");

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

  /** {@return the report as a row of the table} */
  List<String> cells(Reported reported) {
    SwapReport report = reported.report();
    return List.of(
        report.model(),
        report.instance(),
        report.serving() == null ? "nothing" : "version " + report.serving(),
        time(reported),
        reported.outcome());
  }

  /** {@return the report as one line of text} */
  String line(Reported reported) {
    return time(reported)
        + "  "
        + reported.report().model()
        + "  "
        + reported.report().instance()
        + ": "
        + reported.outcome();
  }

  /** {@return the report's time as text} */
  String time(Reported reported) {
    return TIME.format(reported.time().atZone(zone));
  }

  /** {@return the report's fields and its time as one JSON object} */
  static String json(Reported reported) {
    return Json.line(fields(reported));
  }

  /** {@return the report's fields and its time} */
  static Map<String, Object> fields(Reported reported) {
    SwapReport report = reported.report();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("time", reported.time().toString());
    fields.put("model", report.model());
    fields.put("instance", report.instance());
    fields.put("serving", report.serving());
    fields.put("version", report.version());
    fields.put("outcome", report.outcome().word());
    fields.put("reason", report.reason());
    fields.put("milliseconds", report.milliseconds());
    return fields;
  }
}
