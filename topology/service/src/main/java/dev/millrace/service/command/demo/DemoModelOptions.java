package dev.millrace.service.command.demo;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.repository.Provenance;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.onnx.ExportedModel;
import dev.millrace.onnx.ModelPreparation;
import dev.millrace.onnx.ResNetOnnx;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.options.LabelsFile;
import dev.millrace.service.command.options.ModelFile;
import dev.millrace.service.demo.FashionMnist;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * A mixin of options that select a model for the demo to serve. With these options, the demo trains
 * no model.
 */
@Grouped(Section.MODEL)
final class DemoModelOptions {

  @Option(
      names = "--untrained",
      description = "Serve a network with random weights, and train nothing.")
  private boolean untrained;

  @Option(
      names = "--model-file",
      paramLabel = "FILE",
      description = "ONNX file of the classifier to serve.")
  private Path modelFile;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description = "File with the names of the model's classes, one per line.")
  private Path labels;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      defaultValue = "32",
      description = "Side of the model's input, in pixels (default: ${DEFAULT-VALUE}).")
  private int size;

  /** Refuses {@code --model-file} without {@code --labels}. */
  void validate(CommandSpec spec) {
    if (modelFile != null && labels == null) {
      throw new ParameterException(
          spec.commandLine(), "--model-file needs --labels, the names of its classes");
    }
  }

  /** {@return whether the options select a model, in which case the demo trains no model} */
  boolean isGiven() {
    return untrained || modelFile != null;
  }

  /** Publishes the model of {@code --model-file}, or else a network with random weights. */
  ModelVersion publish(ModelRepository repository, String name) {
    Labels names =
        labels == null ? FashionMnist.LABELS : LabelsFile.read("--labels", labels).labels();
    ExportedModel exported =
        modelFile == null
            ? ExportedModel.of(untrained(names.size()))
            : ExportedModel.of(ModelFile.onnx(modelFile), modelFile);
    Preprocessing preprocessing =
        new Preprocessing(size, size, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD);
    return repository.publish(
        name,
        ModelPreparation.prepare(exported, preprocessing, names, null).files(),
        preprocessing,
        names,
        new Provenance(
            new ModelManifest.Source(
                "import", modelFile == null ? null : modelFile.getFileName().toString(), null),
            null,
            Map.of(),
            null),
        null);
  }

  private static byte[] untrained(int classes) {
    ResNet network = ResNet.of("resnet20").withClasses(classes);
    return ResNetOnnx.write(network, HeInitialization.of(network, 1));
  }
}
