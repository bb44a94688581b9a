package dev.millrace.service.command.models;

import dev.millrace.control.Champion;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.command.options.VersionOption;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace models promote}. */
@Command(
    name = "promote",
    description = {
      "Make every instance serve a version, without a restart.",
      "First runs the version on sample images on this machine. Each instance then also runs the"
          + " version on sample images, and reports the outcome to the topic"
          + " millrace.models.status."
    },
    footerHeading = Examples.HEADING,
    footer = {"  millrace models promote --model fashion --version 2"})
final class ModelsPromoteCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private VersionOption version;

  @Mixin private KafkaOptions kafka;

  @Option(
      names = "--allow-signature-change",
      description =
          "Promote the version even if its input or its classes differ from the current"
              + " version's.")
  private boolean allowSignatureChange;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    ModelVersion chosen = version.read();
    var unused = ModelTrial.usual().check(chosen);
    Champion promoted = Champions.of(kafka).change(chosen.name(), before -> next(chosen, before));
    Champions.print(spec, json, chosen.name(), promoted);
    return ExitCode.DONE;
  }

  private Champion next(ModelVersion chosen, Optional<Champion> before) {
    if (!allowSignatureChange) {
      before.ifPresent(champion -> requireSignature(chosen, champion));
    }
    Integer previous =
        before
            .map(
                champion ->
                    champion.version() == chosen.version()
                        ? champion.previous()
                        : (Integer) champion.version())
            .orElse(null);
    return new Champion(chosen.version(), previous, allowSignatureChange, chosen.sha256());
  }

  /**
   * Requires that the chosen version has the signature of the current version, unless the current
   * version was removed from the repository.
   */
  private void requireSignature(ModelVersion chosen, Champion before) {
    ModelRepository models = version.repository();
    if (models.versions(chosen.name()).contains(before.version())) {
      chosen.requireSignatureOf(models.manifest(chosen.name(), before.version()));
    }
  }
}
