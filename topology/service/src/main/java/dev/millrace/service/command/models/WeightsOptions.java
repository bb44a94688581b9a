package dev.millrace.service.command.models;

import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.resnet.Shortcut;
import dev.millrace.onnx.OnnxFormat;
import dev.millrace.onnx.OnnxFormat.BatchNorm;
import dev.millrace.onnx.OnnxFormat.Precision;
import dev.millrace.onnx.ResNetOnnx;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.options.LowerCaseNames;
import dev.millrace.service.command.options.ModelFile;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** What makes a model of a file of weights: a mixin of options. */
@Grouped(Section.MODEL)
final class WeightsOptions {

  /** Files that hold nothing but weights. */
  private static final Pattern BARE = Pattern.compile(".*\\.(npz|safetensors)");

  @Option(
      names = "--arch",
      paramLabel = "NAME",
      description =
          "Architecture of the weights in FILE, for example resnet18. FILE is then a safetensors, npz"
              + " or onnx file with PyTorch's names.")
  private String architecture;

  @Option(
      names = "--shortcut",
      paramLabel = "A|B",
      description =
          "With --arch: shortcut where the shape changes, as 'models describe' explains it.")
  private Shortcut shortcut;

  @Option(
      names = "--precision",
      paramLabel = "fp32|fp16",
      completionCandidates = Precisions.class,
      description = "With --arch: fp16 halves the size of the model (default: fp32).")
  private Precision precision;

  @Option(
      names = "--batch-norm",
      paramLabel = "kept|folded",
      completionCandidates = BatchNorms.class,
      description =
          "With --arch: folded merges batch norms into the convolutions; kept leaves the"
              + " weights readable by name (default: kept).")
  private BatchNorm batchNorm;

  /**
   * The network whose weights a file holds, or none if the file is a model already.
   *
   * @throws IllegalArgumentException if the options do not fit together
   */
  Optional<ResNet> network(Path file) {
    if (architecture != null) {
      ResNet network = ResNet.of(architecture);
      return Optional.of(shortcut == null ? network : network.withShortcut(shortcut));
    }
    if (shortcut != null || precision != null || batchNorm != null) {
      throw new IllegalArgumentException(
          "--shortcut, --precision and --batch-norm need --arch, the architecture of the weights");
    }
    if (BARE.matcher(file.toString()).matches()) {
      throw new IllegalArgumentException(
          file + " holds weights alone; name their architecture with --arch");
    }
    return Optional.empty();
  }

  /**
   * Reads a network's weights and makes an ONNX file of them.
   *
   * @throws dev.millrace.core.model.ModelException if the file does not hold them
   */
  byte[] onnx(ResNet network, Path file) {
    return ResNetOnnx.write(
        network,
        ModelFile.weights(file),
        new OnnxFormat(
            precision == null ? Precision.FP32 : precision,
            batchNorm == null ? BatchNorm.KEPT : batchNorm));
  }

  /** What {@code --precision} takes. */
  static final class Precisions extends LowerCaseNames {
    Precisions() {
      super(Precision.class);
    }
  }

  /** What {@code --batch-norm} takes. */
  static final class BatchNorms extends LowerCaseNames {
    BatchNorms() {
      super(BatchNorm.class);
    }
  }
}
