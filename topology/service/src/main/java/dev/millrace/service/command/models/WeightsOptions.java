package dev.millrace.service.command.models;

import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.resnet.Shortcut;
import dev.millrace.onnx.OnnxFormat;
import dev.millrace.onnx.OnnxFormat.BatchNorm;
import dev.millrace.onnx.OnnxFormat.FloatType;
import dev.millrace.onnx.ResNetOnnx;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.options.LowerCaseNames;
import dev.millrace.service.command.options.ModelFile;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** A mixin of options that describe how to convert a file of weights into a model. */
@Grouped(Section.MODEL)
final class WeightsOptions {

  /** File names of formats that hold only weights. */
  private static final Pattern BARE = Pattern.compile(".*\\.(npz|safetensors)");

  @Option(
      names = "--arch",
      paramLabel = "NAME",
      description =
          "Architecture of the weights in FILE, for example resnet18. FILE is then a safetensors,"
              + " npz or onnx file, whose weights have PyTorch's names.")
  private String architecture;

  @Option(
      names = "--shortcut",
      paramLabel = "A|B",
      description =
          "With --arch: shortcut where the shape changes; see 'millrace models describe --help'.")
  private Shortcut shortcut;

  @Option(
      names = "--precision",
      paramLabel = "fp32|fp16",
      completionCandidates = Precisions.class,
      converter = PrecisionConverter.class,
      description =
          "With --arch: precision of the weights; fp16 halves the size of the model (default:"
              + " fp32).")
  private FloatType precision;

  @Option(
      names = "--batch-norm",
      paramLabel = "kept|folded",
      completionCandidates = BatchNorms.class,
      description =
          "With --arch: folded merges each batch norm into its convolution; kept leaves all weights"
              + " and their names unchanged (default: kept).")
  private BatchNorm batchNorm;

  /**
   * {@return the network whose weights the file holds, or empty if the file is an ONNX model to
   * import unchanged}
   *
   * @param file the file to import
   * @throws IllegalArgumentException if the options contradict each other, or {@code --arch} is
   *     missing
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
          file + " holds only weights; name their architecture with --arch");
    }
    return Optional.empty();
  }

  /**
   * Reads a network's weights and creates an ONNX model with them.
   *
   * @return the bytes of the ONNX model
   * @throws dev.millrace.core.model.ModelException if the file does not hold the network's weights
   */
  byte[] onnx(ResNet network, Path file) {
    return ResNetOnnx.write(
        network,
        ModelFile.weights(file, network),
        new OnnxFormat(
            precision == null ? FloatType.FP32 : precision,
            batchNorm == null ? BatchNorm.KEPT : batchNorm));
  }

  /** The allowed values of {@code --precision}. */
  static final class Precisions extends LowerCaseNames {
    Precisions() {
      super(FloatType.class);
    }
  }

  /** Reads {@code --precision}, and says how to make a model of 8-bit integers. */
  static final class PrecisionConverter implements ITypeConverter<FloatType> {
    @Override
    public FloatType convert(String value) {
      return switch (value.toLowerCase(Locale.ROOT)) {
        case "fp32", "float32" -> FloatType.FP32;
        case "fp16", "float16" -> FloatType.FP16;
        case "int8" ->
            throw new TypeConversionException(
                "int8 needs images; import the weights without it, and then make an int8 version"
                    + " with 'millrace models quantize'");
        default ->
            throw new TypeConversionException(
                "expected one of [fp32, fp16] but was '" + value + "'");
      };
    }
  }

  /** The allowed values of {@code --batch-norm}. */
  static final class BatchNorms extends LowerCaseNames {
    BatchNorms() {
      super(BatchNorm.class);
    }
  }
}
