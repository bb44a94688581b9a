package dev.millrace.service.command.models;

import dev.millrace.control.ChampionReport;
import dev.millrace.control.SwapReport;
import dev.millrace.control.TrainingProgress;
import dev.millrace.control.TrainingWait;
import dev.millrace.service.command.output.Json;
import dev.millrace.service.history.MeasuredChampion;
import dev.millrace.service.history.Reported;
import dev.millrace.service.history.Trained;
import dev.millrace.service.history.Waiting;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Formats a report of an instance or of a trainer for {@code models status}.
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
        time(reported.time()),
        reported.outcome());
  }

  /** {@return the report as one line of text} */
  String line(Reported reported) {
    return time(reported.time())
        + "  "
        + reported.report().model()
        + "  "
        + reported.report().instance()
        + ": "
        + reported.outcome();
  }

  /** {@return the progress of a training as one line of text} */
  String line(Trained trained) {
    return time(trained.time())
        + "  "
        + trained.progress().model()
        + "  training: "
        + trained.text();
  }

  /** {@return the measurement of a champion as one line of text} */
  String line(MeasuredChampion measured) {
    return time(measured.time())
        + "  "
        + measured.report().model()
        + "  champion: "
        + measured.text();
  }

  /** {@return whether a training waits as one line of text} */
  String line(Waiting waiting) {
    return time(waiting.time()) + "  " + waiting.report().model() + "  training " + waiting.text();
  }

  /** {@return a time as text} */
  private String time(Instant time) {
    return TIME.format(time.atZone(zone));
  }

  /** {@return the progress of a training and its time as one JSON object} */
  static String json(Trained trained) {
    TrainingProgress progress = trained.progress();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("time", trained.time().toString());
    fields.put("model", progress.model());
    fields.put("type", TrainingProgress.TYPE);
    fields.put("run", progress.run());
    fields.put("round", progress.round());
    fields.put("epoch", progress.epoch());
    fields.put("epochs", progress.epochs());
    fields.put("loss", progress.loss());
    fields.put("heldOut", progress.heldOut());
    trained.interval().ifPresent(interval -> fields.put("heldOutInterval", interval));
    fields.put("imagesPerSecond", progress.imagesPerSecond());
    return Json.line(fields);
  }

  /** {@return the measurement of a champion and its time as one JSON object} */
  static String json(MeasuredChampion measured) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("time", measured.time().toString());
    fields.put("model", measured.report().model());
    fields.put("type", ChampionReport.TYPE);
    fields.put("measure", measured.report().measure());
    fields.put("interval", measured.interval());
    measured.atPromotion().ifPresent(interval -> fields.put("promotedInterval", interval));
    return Json.line(fields);
  }

  /** {@return whether a training waits, and the time, as one JSON object} */
  static String json(Waiting waiting) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("time", waiting.time().toString());
    fields.put("model", waiting.report().model());
    fields.put("type", TrainingWait.TYPE);
    fields.put("reason", waiting.report().reason());
    return Json.line(fields);
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
    if (report.metrics() != null) {
      fields.put("metrics", report.metrics());
    }
    return fields;
  }
}
