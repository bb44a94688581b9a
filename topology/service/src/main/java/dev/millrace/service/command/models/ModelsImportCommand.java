package dev.millrace.service.command.models;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.onnx.ModelPreparation;
import dev.millrace.onnx.PreparedModel;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.options.LabelsFile;
import dev.millrace.service.command.options.ModelFile;
import dev.millrace.service.command.options.ModelOption;
import dev.millrace.service.command.options.NormalizationOptions;
import dev.millrace.service.command.output.Json;
import java.nio.file.Path;
import java.time.Duration;
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

  private static final int SIZE = 224;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      description =
          "ONNX file with a float NCHW or NHWC input, and logits or probabilities as its"
              + " output. With --arch, a file with the weights of that architecture.")
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

  @Grouped(Section.PREPROCESSING)
  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      description =
          "Side of the model's input, in pixels (default: the input side of --arch, or "
              + SIZE
              + " without --arch).")
  private Integer size;

  @Grouped(Section.PREPROCESSING)
  @Option(
      names = "--resize",
      paramLabel = "PIXELS",
      description =
          "Length, in pixels, to which an image's shorter side is resized before the crop"
              + " (default: 8/7 of --size, for example 256 for 224).")
  private Integer resize;

  @Mixin private NormalizationOptions normalization;

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
    int side = size == null ? network.map(ResNet::size).orElse(SIZE) : size;
    Preprocessing preprocessing =
        normalization.preprocessing(
            side, resize == null ? Preprocessing.usualResize(side) : resize);
    Labels names = LabelsFile.read(labels);
    byte[] given = ModelFile.read(file);
    byte[] onnx =
        network
            .map(chosen -> weights.onnx(chosen.withSize(side).withClasses(names.size()), file))
            .orElse(given);
    PreparedModel prepared =
        trial.call(file.toString(), () -> ModelPreparation.prepare(onnx, preprocessing, names));
    ModelVersion version =
        model
            .repository()
            .publish(
                name,
                prepared.bytes(),
                preprocessing,
                names,
                new ModelManifest.Source(
                    "import", file.getFileName().toString(), Sha256.of(given)));
    spec.commandLine().getErr().println(version + ": " + prepared);
    spec.commandLine().getErr().flush();
    spec.commandLine()
        .getOut()
        .println(json ? Json.line(version.manifest()) : Integer.toString(version.version()));
    return ExitCode.DONE;
  }
}
