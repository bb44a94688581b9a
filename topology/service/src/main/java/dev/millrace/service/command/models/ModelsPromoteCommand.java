package dev.millrace.service.command.models;

import dev.millrace.control.Champion;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.command.options.VersionOption;
import dev.millrace.service.promotion.Promotion;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code millrace models promote}. */
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
          "Promote the version even if its input differs from the current version's, or if its"
              + " classes do not begin with the current version's.")
  private boolean allowSignatureChange;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    ModelVersion chosen = version.read();
    Promotion promotion =
        new Promotion(version.repository(), chosen.name(), ModelTrial.usual()::check);
    promotion.trial().accept(chosen);
    Champion promoted =
        Champions.of(kafka)
            .change(
                chosen.name(), before -> promotion.promoted(chosen, before, allowSignatureChange));
    Champions.print(spec, json, chosen.name(), promoted);
    return ExitCode.DONE;
  }
}
