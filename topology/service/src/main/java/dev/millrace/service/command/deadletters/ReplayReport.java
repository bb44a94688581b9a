package dev.millrace.service.command.deadletters;

import dev.millrace.service.command.deadletters.Replay.Decision;
import dev.millrace.service.command.output.Json;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The result of a replay.
 *
 * @param topic the dead-letter topic
 * @param dryRun whether the replay only counted the dead letters and sent nothing
 * @param counts number of dead letters for each decision
 */
record ReplayReport(String topic, boolean dryRun, Map<Decision, Long> counts) {

  /** {@return the result as one line of text} */
  String line() {
    StringBuilder line = new StringBuilder(topic).append(": ");
    line.append(count(Decision.REPLAYED))
        .append(dryRun ? " would be sent again" : " " + Decision.REPLAYED);
    for (Decision decision : Decision.values()) {
      if (decision != Decision.REPLAYED && count(decision) > 0) {
        line.append(", ").append(count(decision)).append(' ').append(decision);
      }
    }
    return line.toString();
  }

  /** {@return the result as one JSON object} */
  String json() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("topic", topic);
    fields.put("dryRun", dryRun);
    for (Decision decision : Decision.values()) {
      fields.put(decision.name().toLowerCase(Locale.ROOT), count(decision));
    }
    return Json.line(fields);
  }

  private long count(Decision decision) {
    return counts.getOrDefault(decision, 0L);
  }
}
