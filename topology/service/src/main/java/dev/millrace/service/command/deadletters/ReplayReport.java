package dev.millrace.service.command.deadletters;

import dev.millrace.service.command.deadletters.Replay.Outcome;
import dev.millrace.service.command.output.Json;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The result of a replay.
 *
 * @param topic the dead-letter topic
 * @param dryRun whether the replay only counted the dead letters and sent nothing
 * @param counts number of dead letters for each outcome
 */
record ReplayReport(String topic, boolean dryRun, Map<Outcome, Long> counts) {

  /** {@return the result as one line of text} */
  String line() {
    StringBuilder line = new StringBuilder(topic).append(": ");
    line.append(count(Outcome.REPLAYED))
        .append(dryRun ? " would be sent again" : " " + Outcome.REPLAYED);
    for (Outcome outcome : Outcome.values()) {
      if (outcome != Outcome.REPLAYED && count(outcome) > 0) {
        line.append(", ").append(count(outcome)).append(' ').append(outcome);
      }
    }
    return line.toString();
  }

  /** {@return the result as one JSON object} */
  String json() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("topic", topic);
    fields.put("dryRun", dryRun);
    for (Outcome outcome : Outcome.values()) {
      fields.put(outcome.name().toLowerCase(Locale.ROOT), count(outcome));
    }
    return Json.line(fields);
  }

  private long count(Outcome outcome) {
    return counts.getOrDefault(outcome, 0L);
  }
}
