package dev.millrace.service.command.train;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Encoder;
import dev.millrace.core.training.Pretrained;
import dev.millrace.core.weights.Weights;
import dev.millrace.onnx.OnnxWeights;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.options.ModelFile;
import dev.millrace.service.command.options.ModelOption;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** A mixin of options for the weights that a training starts from. */
@Grouped(Section.TRANSFER)
final class TransferOptions {

  @Option(
      names = "--from-version",
      paramLabel = "N",
      description =
          "Start from this version of the model. If the number of classes differs, the last layer"
              + " starts with random weights.")
  private Integer version;

  @Option(
      names = "--from-weights",
      paramLabel = "FILE",
      description =
          "Start from the weights in this safetensors, npz or onnx file. In the file, the weights"
              + " must have PyTorch's names. If it has no last layer, or one for another number of"
              + " classes, the last layer starts with random weights.")
  private Path file;

  @Option(
      names = "--from-encoder",
      paramLabel = "FILE",
      description =
          "Start from an encoder that 'millrace pretrain' has trained. The last layer starts with"
              + " random weights. --arch, --shortcut, --stem, --mean and --std must be those of the"
              + " encoder.")
  private Path encoder;

  @Option(
      names = "--freeze",
      paramLabel = "PART",
      split = ",",
      description =
          "Parts whose weights stay fixed, separated by commas: stem, layer1, layer2 and so on."
              + " Batch norms in these parts keep their statistics; all other batch norms update"
              + " theirs.")
  private List<String> freeze = List.of();

  /**
   * {@return the weights that the options select, or empty to start from random weights}
   *
   * @param network the network to train
   * @param preprocessing the preprocessing of the training images
   * @throws dev.millrace.core.model.ModelException if the weights cannot be read
   */
  Optional<Pretrained> pretrained(ModelOption model, ResNet network, Preprocessing preprocessing) {
    if (Stream.of(version, file, encoder).filter(Objects::nonNull).count() > 1) {
      throw new IllegalArgumentException(
          "--from-version, --from-weights and --from-encoder are different starts; give one");
    }
    if (version != null) {
      ModelVersion parent = model.repository().version(model.name(), version);
      requireWeightsInside(parent);
      Weights weights = OnnxWeights.read(parent.readVerified());
      return Optional.of(new Pretrained(weights, parent.toString(), version, freeze));
    }
    if (file != null) {
      return Optional.of(
          new Pretrained(ModelFile.weights(file), file.getFileName().toString(), null, freeze));
    }
    if (encoder != null) {
      return Optional.of(encoder(network, preprocessing));
    }
    if (!freeze.isEmpty()) {
      throw new IllegalArgumentException(
          "--freeze needs --from-version, --from-weights or --from-encoder: without them, the frozen"
              + " parts would keep random weights");
    }
    return Optional.empty();
  }

  private Pretrained encoder(ResNet network, Preprocessing preprocessing) {
    Encoder found = Encoder.read(encoder);
    try {
      found.requireFits(network, preprocessing);
      String origin = encoder.getFileName() + " with sha256 " + Sha256.of(encoder);
      return new Pretrained(found.weights(), origin, null, freeze);
    } catch (ModelException e) {
      throw new ModelException(encoder + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new ModelException(
          "cannot read " + encoder + " (" + e + "); check that it is readable", e);
    }
  }

  private static void requireWeightsInside(ModelVersion parent) {
    if (parent.manifest().quantization() != null) {
      throw new ModelException(
          parent
              + " is quantised, and training needs weights in float32; name the version that it was"
              + " made from with --from-version");
    }
    if (!parent.weights().isEmpty()) {
      throw new ModelException(
          parent
              + " keeps its weights in "
              + String.join(", ", parent.weights().keySet())
              + ", because they are too large for one file, and no training starts from such a"
              + " version; choose another version, or give the weights with --from-weights");
    }
  }
}
