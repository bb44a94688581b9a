package dev.millrace.service.command.models;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.lifecycle.Failure;
import dev.millrace.service.command.options.RepositoryOption;
import dev.millrace.service.command.output.Json;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace models list}. */
@Command(name = "list", description = "List the models and their versions.",
    footerHeading = Examples.HEADING,
    footer = {
      "  millrace models list"
    })
final class ModelsListCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private RepositoryOption repository;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    ModelRepository models = repository.open();
    Map<String, List<Integer>> versions = new LinkedHashMap<>();
    models.models().forEach(model -> versions.put(model, models.versions(model)));
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.line(versions));
    } else if (versions.isEmpty()) {
      out.println("no models in " + models.root() + "; publish one with 'millrace models import'");
    } else {
      versions.keySet().forEach(model -> out.println(line(models, model, versions.get(model))));
    }
    return ExitCode.DONE;
  }

  /** One model that cannot be read does not hide the others. */
  private static String line(ModelRepository models, String model, List<Integer> versions) {
    try {
      return line(models.newest(model), versions);
    } catch (ModelException e) {
      return String.format(
          "%-24s versions %s, of no use: %s", model, versions, Failure.of(e).line());
    }
  }

  private static String line(ModelVersion newest, List<Integer> versions) {
    int size = newest.manifest().preprocessing().size();
    return String.format(
        "%-24s versions %s, newest made %s, %dx%d pixels, %d classes",
        newest.name(), versions, newest.manifest().created(), size, size, newest.labels().size());
  }
}
