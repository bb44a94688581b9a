package dev.millrace.service.command.models;

import dev.millrace.control.Champion;
import dev.millrace.service.command.cluster.Cluster;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.command.output.Json;
import dev.millrace.service.promotion.ChampionTopic;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** Gives commands access to the promoted versions, and prints a promoted version. */
final class Champions {

  private Champions() {}

  /**
   * Checks that a broker answers.
   *
   * @return the promoted versions in the control topic
   * @throws dev.millrace.service.command.lifecycle.CommandException if no broker answers in time
   */
  static ChampionTopic of(KafkaOptions kafka) {
    try (Cluster cluster = Cluster.of(kafka)) {
      cluster.requireBroker();
    }
    return new ChampionTopic(kafka.configs());
  }

  static void print(CommandSpec spec, boolean json, String model, Champion champion) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("model", model);
      result.put("version", champion.version());
      result.put("previous", champion.previous());
      result.put("sha256", champion.sha256());
      out.println(Json.line(result));
    } else {
      out.println(
          model
              + " version "
              + champion.version()
              + " is promoted"
              + (champion.previous() == null ? "" : "; before it was " + champion.previous()));
    }
  }
}
