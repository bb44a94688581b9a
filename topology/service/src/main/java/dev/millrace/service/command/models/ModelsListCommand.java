package dev.millrace.service.command.models;

import dev.millrace.control.Champion;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.command.options.RepositoryOption;
import dev.millrace.service.command.output.Json;
import dev.millrace.service.command.output.Table;
import dev.millrace.service.history.Instances;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code millrace models list}. */
@Command(
    name = "list",
    description = {
      "List models and versions, with accuracy, age and state.",
      "The accuracy is measured on held-out images. It is empty if the version's manifest has no"
          + " accuracy. The state says whether the version is promoted, and how many instances"
          + " serve it according to their last reports. The state is only shown if"
          + " --bootstrap-servers or the --config file names brokers."
    },
    footerHeading = Examples.HEADING,
    footer = {
      "  millrace models list",
      "  millrace models list --bootstrap-servers localhost:9092"
    })
final class ModelsListCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private RepositoryOption repository;

  @Mixin private KafkaOptions kafka;

  @Option(
      names = "--json",
      description = "Print JSON: an object with an array of versions for each model.")
  private boolean json;

  @Override
  public Integer call() {
    ModelRepository models = repository.open();
    Map<String, List<VersionRow>> rows = new LinkedHashMap<>();
    for (String model : models.models()) {
      rows.put(
          model,
          models.versions(model).stream()
              .map(version -> VersionRow.of(models, model, version))
              .toList());
    }
    if (kafka.isGiven()) {
      addStates(rows);
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.line(rows));
    } else if (rows.isEmpty()) {
      out.println("no models in " + models.place() + "; publish one with 'millrace models import'");
    } else {
      print(rows, out);
    }
    return ExitCode.DONE;
  }

  private void addStates(Map<String, List<VersionRow>> rows) {
    Map<String, Integer> promoted = new HashMap<>();
    Instances instances = new Instances();
    try (ModelTopics topics = ModelTopics.of(kafka)) {
      topics.namings(
          naming ->
              promoted.put(naming.model(), naming.champion().map(Champion::version).orElse(0)));
      topics.reports(instances::add);
    }
    rows.replaceAll(
        (model, versions) ->
            versions.stream()
                .map(
                    row ->
                        row.with(
                            promoted.getOrDefault(model, 0) == row.version(),
                            instances.serving(model, row.version())))
                .toList());
  }

  private static void print(Map<String, List<VersionRow>> rows, PrintWriter out) {
    Instant now = Instant.now();
    Table table = new Table(VersionRow.HEADINGS);
    rows.forEach((model, versions) -> versions.forEach(row -> table.add(row.cells(model, now))));
    table.print(out);
  }
}
