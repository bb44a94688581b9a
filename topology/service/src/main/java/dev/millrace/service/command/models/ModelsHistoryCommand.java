package dev.millrace.service.command.models;

import dev.millrace.core.model.ModelManifest;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.lifecycle.StopSignal;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.command.output.Json;
import dev.millrace.service.history.History;
import dev.millrace.service.history.HistoryEvent;
import java.io.PrintWriter;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.common.errors.WakeupException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code millrace models history}. */
@Command(
    name = "history",
    description = {
      "Show a model's promotions, rollbacks and rejections.",
      "The oldest event comes first. The history can be incomplete. Kafka compacts the topic"
          + " millrace.models: it removes older promotions of a model and keeps the last one. The"
          + " topic millrace.models.status keeps reports for its retention time, 7 days by default."
          + " If Kafka has removed the record of the promotion that was rolled back, the rollback"
          + " is shown as a promotion."
    },
    footerHeading = Examples.HEADING,
    footer = {
      "  millrace models history --model fashion",
      "  millrace models history --model fashion --json"
    })
final class ModelsHistoryCommand implements Callable<Integer> {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

  @Spec private CommandSpec spec;

  @Mixin private KafkaOptions kafka;

  @Grouped(Section.MODEL)
  @Option(
      names = "--model",
      paramLabel = "NAME",
      required = true,
      description = "Name of the model (required).")
  private String model;

  @Option(names = "--json", description = "Print each event as one line of JSON.")
  private boolean json;

  @Override
  public Integer call() {
    ModelManifest.requireName(model);
    History history = new History();
    try (ModelTopics topics = ModelTopics.of(kafka);
        StopSignal stop = StopSignal.listen(topics::wakeup)) {
      topics.namings(
          naming -> {
            if (naming.model().equals(model)) {
              history.add(naming);
            }
          });
      topics.reports(
          reported -> {
            if (reported.report().model().equals(model)) {
              history.add(reported);
            }
          });
      print(history.events());
    } catch (WakeupException e) {
      // A signal has ended the command, and sets the JVM's exit code.
    }
    return ExitCode.DONE;
  }

  private void print(List<HistoryEvent> events) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      events.forEach(event -> out.println(Json.line(fields(event))));
    } else if (events.isEmpty()) {
      out.println(model + " was never promoted, and no instance has reported about it");
    } else {
      ZoneId zone = ZoneId.systemDefault();
      events.forEach(
          event -> out.println(TIME.format(event.time().atZone(zone)) + "  " + event.text()));
    }
  }

  private Map<String, Object> fields(HistoryEvent event) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("time", event.time().toString());
    fields.put("model", model);
    fields.put("version", event.version());
    fields.put("event", event.event());
    fields.put("instance", event.instance());
    fields.put("reason", event.reason());
    return fields;
  }
}
