package dev.millrace.service.command.models;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.repository.Provenance;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.onnx.ExportedModel;
import dev.millrace.onnx.PreparedModel;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.options.LabelsFile;
import dev.millrace.service.command.options.ModelFile;
import dev.millrace.service.command.options.ModelOption;
import dev.millrace.service.command.output.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace models import}. */
@Command(
    name = "import",
    description = {
      "Publish an ONNX classifier, or weights, as the next version.",
      "Prepares the model for serving, runs it on sample images, and prints the number of the"
          + " new version."
    },
    footerHeading = Examples.HEADING,
    footer = {
      "  millrace models import model.onnx --model m --labels labels.txt --size 28",
      "  millrace models import w.npz --arch resnet50 --model m --labels labels.txt"
    })
final class ModelsImportCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      description =
          "ONNX file that takes images, and whose output is logits, probabilities or independent"
              + " scores. Weights in other files of its folder are put into the version. With"
              + " --arch, a file with the weights of that architecture.")
  private Path file;

  @Mixin private WeightsOptions weights;

  @Mixin private ModelOption model;

  @Grouped(Section.MODEL)
  @Option(
      names = "--labels",
      paramLabel = "FILE",
      required = true,
      description =
          "File with the names of the classes, one per line, in the order of the model's outputs"
              + " (required).")
  private Path labels;

  @Mixin private OutputOptions output;

  @Mixin private InputOptions input;

  @Grouped(Section.ADVANCED)
  @Option(
      names = "--time-limit",
      paramLabel = "SECONDS",
      defaultValue = "" + ModelTrial.SECONDS,
      description =
          "Longest time, in seconds, that the model may take to load and to classify sample"
              + " images (default: ${DEFAULT-VALUE}).")
  private int timeLimit;

  @Grouped(Section.MODEL)
  @Option(names = "--json", description = "Print the version's manifest as JSON.")
  private boolean json;

  @Override
  public Integer call() {
    ModelTrial trial = new ModelTrial(Duration.ofSeconds(timeLimit));
    String name = model.name();
    Optional<ResNet> network = weights.network(file);
    Labels names = LabelsFile.read(labels);
    byte[] given = ModelFile.read(file);
    ExportedModel exported =
        network
            .map(chosen -> chosen.withSize(input.side(chosen.size())).withClasses(names.size()))
            .map(chosen -> ExportedModel.of(weights.onnx(chosen, file)))
            .orElseGet(() -> ExportedModel.of(given, file));
    ImportedModel imported =
        trial.call(
            file.toString(), () -> ImportedModel.of(exported, input, output.settings(), names));
    PreparedModel prepared = imported.prepared();
    ModelVersion version =
        model
            .repository()
            .publish(
                name,
                prepared.bytes(),
                imported.input().preprocessing(),
                names,
                new Provenance(
                    new ModelManifest.Source(
                        "import", file.getFileName().toString(), Sha256.of(given)),
                    null,
                    Map.of(),
                    null),
                imported.kind());
    spec.commandLine().getErr().println(version + ": " + imported);
    if (!imported.input().assumed().isEmpty()) {
      spec.commandLine().getErr().println(imported.input().note());
    }
    spec.commandLine().getErr().flush();
    spec.commandLine()
        .getOut()
        .println(json ? Json.line(version.manifest()) : Integer.toString(version.version()));
    return ExitCode.DONE;
  }
}
