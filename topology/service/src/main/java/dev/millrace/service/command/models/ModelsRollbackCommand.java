package dev.millrace.service.command.models;

import dev.millrace.control.Champion;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.command.options.ModelOption;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace models rollback}. */
@Command(
    name = "rollback",
    description = "Make every instance serve the previously promoted version.",
    footerHeading = Examples.HEADING,
    footer = {"  millrace models rollback --model fashion"})
final class ModelsRollbackCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private ModelOption model;

  @Mixin private KafkaOptions kafka;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    Champion champion = Champions.of(kafka).change(model.name(), this::before);
    Champions.print(spec, json, model.name(), champion);
    return ExitCode.DONE;
  }

  /**
   * {@return the previously promoted version, as the new champion} The signature of this version
   * may differ from the signature of the current version.
   */
  private Champion before(Optional<Champion> now) {
    Integer previous = now.map(Champion::previous).orElse(null);
    if (previous == null) {
      throw new CommandException(
          now.map(
                      champion ->
                          "no version of '"
                              + model.name()
                              + "' is known to have been promoted before version "
                              + champion.version())
                  .orElse("no version of '" + model.name() + "' was ever promoted")
              + "; name the one to serve with 'millrace models promote --version N'");
    }
    ModelVersion version = model.repository().version(model.name(), previous);
    var unused = ModelTrial.usual().check(version);
    return new Champion(previous, null, true, version.sha256());
  }
}
