package dev.millrace.service.command.models;

import dev.millrace.control.Champion;
import dev.millrace.control.ControlReader;
import dev.millrace.control.ControlWriter;
import dev.millrace.service.command.cluster.Cluster;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.command.output.Json;
import dev.millrace.service.serve.ControlTopicCheck;
import dev.millrace.service.serve.TopicCreation;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Model.CommandSpec;

/** Reads and changes the promoted version of a model in the control topic. */
final class Champions {

  private static final Logger log = LoggerFactory.getLogger(Champions.class);

  private final KafkaOptions kafka;

  private Champions(KafkaOptions kafka) {
    this.kafka = kafka;
  }

  /**
   * Checks that a broker answers.
   *
   * @throws CommandException if no broker answers in time
   */
  static Champions of(KafkaOptions kafka) {
    try (Cluster cluster = Cluster.of(kafka)) {
      cluster.requireBroker();
    }
    return new Champions(kafka);
  }

  /** {@return the promoted version of a model, or empty if none was ever promoted} */
  Optional<Champion> find(String model) {
    try (ControlReader reader = new ControlReader(kafka.consumer(Map.of()), model)) {
      return reader.readToEnd();
    }
  }

  /**
   * Changes the promoted version, which is called the champion. Creates the control topic if it
   * does not exist.
   *
   * @param model the model's name
   * @param change returns the new champion; its argument is the current champion, or empty if none
   *     was ever promoted
   * @return the new champion
   */
  Champion change(String model, Function<Optional<Champion>, Champion> change)
      throws InterruptedException {
    try (Admin admin = Admin.create(kafka.admin())) {
      TopicCreation.createControl(admin);
      new ControlTopicCheck(admin, kafka.bootstrapServers(), log::warn).repair();
    }
    return new ControlWriter(kafka.producer(Map.of()), kafka.consumer(Map.of()))
        .change(model, change);
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
