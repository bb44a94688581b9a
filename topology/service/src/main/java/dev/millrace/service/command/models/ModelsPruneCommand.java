package dev.millrace.service.command.models;

import dev.millrace.control.Champion;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.command.options.ModelOption;
import dev.millrace.service.command.output.Json;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code millrace models prune}. */
@Command(
    name = "prune",
    description = {
      "Remove old versions of a model from the repository.",
      "Keeps the newest versions, the promoted version, and the version that a rollback returns"
          + " to. Also removes the files of publications that were interrupted at least a day ago."
    },
    footerHeading = Examples.HEADING,
    footer = {"  millrace models prune --model fashion --keep 3 --dry-run"})
final class ModelsPruneCommand implements Callable<Integer> {

  /**
   * The age at which the hidden files of an unfinished publication are removed. No publication
   * takes a day.
   */
  private static final Duration UNFINISHED_AGE = Duration.ofDays(1);

  @Spec private CommandSpec spec;

  @Mixin private ModelOption model;

  @Mixin private KafkaOptions kafka;

  @Option(
      names = "--keep",
      paramLabel = "N",
      defaultValue = "5",
      description = "Number of newest versions to keep (default: ${DEFAULT-VALUE}).")
  private int keep;

  @Option(names = "--dry-run", description = "Show what would be removed, and remove nothing.")
  private boolean dryRun;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    if (keep < 1) {
      throw new IllegalArgumentException("keep: " + keep + " is not above 0");
    }
    ModelRepository models = model.repository();
    List<Integer> versions = models.versions(model.name());
    Set<Integer> needed = needed(Champions.of(kafka).find(model.name()));
    List<Integer> old =
        versions.subList(0, Math.max(0, versions.size() - keep)).stream()
            .filter(version -> !needed.contains(version))
            .toList();
    if (!dryRun) {
      old.forEach(version -> models.remove(model.name(), version));
      var unused = models.removeUnfinished(model.name(), UNFINISHED_AGE);
    }
    print(old);
    return ExitCode.DONE;
  }

  private static Set<Integer> needed(Optional<Champion> champion) {
    Set<Integer> needed = new HashSet<>();
    champion.ifPresent(
        named -> {
          needed.add(named.version());
          needed.add(named.previous());
        });
    return needed;
  }

  private void print(List<Integer> removed) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.line(Map.of("model", model.name(), "removed", removed)));
    } else {
      out.println(
          model.name() + (dryRun ? ": would remove versions " : ": removed versions ") + removed);
    }
  }
}
