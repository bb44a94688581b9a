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
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** A mixin of options for the weights that a training starts from. */
@Grouped(Section.TRANSFER)
final class TransferOptions {

  private static final String SHA256 = " with sha256 ";

  @Option(
      names = "--from-version",
      paramLabel = "N",
      description =
          "Start from this version of the model. In the last layer, new classes start with random"
              + " weights. --size, --resize, --mean and --std are those of the"
              + " version by default; --mean and --std must not differ.")
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

  /** {@return the version from which the training starts, or empty if it starts from no version} */
  Optional<ModelVersion> version(ModelOption model) {
    return Optional.ofNullable(version)
        .map(number -> model.repository().version(model.name(), number));
  }

  /**
   * {@return the weights that the options select, or empty to start from random weights}
   *
   * @param parent the version from which the training starts, as {@link #version} returned it
   * @param network the network to train
   * @param preprocessing the preprocessing of the training images
   * @throws ModelException if the weights cannot be read, or do not fit the preprocessing
   */
  Optional<Pretrained> pretrained(
      Optional<ModelVersion> parent, ResNet network, Preprocessing preprocessing) {
    if (Stream.of(version, file, encoder).filter(Objects::nonNull).count() > 1) {
      throw new IllegalArgumentException(
          "--from-version, --from-weights and --from-encoder are different starts; give one");
    }
    if (parent.isPresent()) {
      return Optional.of(version(parent.get(), network, preprocessing));
    }
    if (file != null) {
      return Optional.of(
          new Pretrained(
              finite(file, ModelFile.weights(file, network)),
              List.of(),
              origin(file),
              null,
              freeze));
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

  private Pretrained version(ModelVersion parent, ResNet network, Preprocessing preprocessing) {
    requireWeightsInside(parent);
    requireNormalization(parent, preprocessing);
    return new Pretrained(
        finite(parent, weights(parent, network)),
        parent.labels().names(),
        parent + SHA256 + parent.sha256(),
        parent.version(),
        freeze);
  }

  private Pretrained encoder(ResNet network, Preprocessing preprocessing) {
    Encoder found = Encoder.read(encoder);
    try {
      found.requireFits(network, preprocessing);
    } catch (ModelException e) {
      throw new ModelException(encoder + ": " + e.getMessage(), e);
    }
    return new Pretrained(
        finite(encoder, found.weights()), List.of(), origin(encoder), null, freeze);
  }

  private static Weights weights(ModelVersion parent, ResNet network) {
    byte[] model = parent.readVerified();
    try {
      return OnnxWeights.read(model, network);
    } catch (ModelException e) {
      throw new ModelException(parent + ": " + e.getMessage(), e);
    }
  }

  /**
   * {@return the weights, all of which are finite} A training would diverge in its first step
   * otherwise, and a lower learning rate would not help.
   *
   * @param start the version or the file that holds the weights
   * @throws ModelException if a value is infinite or not a number
   */
  private static Weights finite(Object start, Weights weights) {
    weights
        .tensors()
        .forEach(
            (name, tensor) -> {
              FloatBuffer values = tensor.values();
              for (int i = 0; i < tensor.size(); i++) {
                if (!Float.isFinite(values.get(i))) {
                  throw new ModelException(
                      start
                          + ": "
                          + name
                          + " holds the value "
                          + values.get(i)
                          + ", so no training can start from it; export the weights again, in"
                          + " float32");
                }
              }
            });
    return weights;
  }

  /** {@return a description that changes if the file's content changes} */
  private static String origin(Path file) {
    try {
      return file.getFileName() + SHA256 + Sha256.of(file);
    } catch (IOException e) {
      throw new ModelException(
          "cannot read " + file + " (" + e + "); check that it is readable", e);
    }
  }

  private static void requireNormalization(ModelVersion parent, Preprocessing preprocessing) {
    String before = Encoder.normalization(parent.manifest().preprocessing());
    String now = Encoder.normalization(preprocessing);
    if (!now.equals(before)) {
      throw new ModelException(
          parent
              + " was trained with "
              + before
              + ", but the images would have "
              + now
              + "; leave out --mean and --std");
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
