package dev.millrace.triton;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.repository.UnpublishedModelException;
import dev.millrace.triton.proto.ModelConfig;
import dev.millrace.triton.proto.ModelConfig.ParameterEntry;
import dev.millrace.triton.proto.ModelInput.Format;
import dev.millrace.triton.proto.ModelOutput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * The settings in a model's {@value #FILE_NAME}, in <a
 * href="https://github.com/triton-inference-server/server/blob/main/docs/user_guide/model_configuration.md">Triton's
 * format</a>. Triton leaves preprocessing to its clients. Mean, standard deviation and resize
 * therefore come from the file's {@code parameters} named {@code mean}, {@code std} and {@code
 * resize}, which Triton ignores. By default, mean and standard deviation are ImageNet's, and {@code
 * resize} is 8/7 of the size.
 *
 * @param labels the file with the names of the classes
 * @param preprocessing the preprocessing of the model's images
 * @param maxBatchSize the largest number of images per batch; empty if the file sets no limit
 */
record TritonConfig(Path labels, Preprocessing preprocessing, OptionalInt maxBatchSize) {

  static final String FILE_NAME = "config.pbtxt";

  private static final long DYNAMIC = -1;
  private static final String HOW_TO_TELL_THE_SIZE =
      "parameters { key: \"size\" value { string_value: \"224\" } }";

  /**
   * Reads a model's configuration.
   *
   * @param home {@code <repository>/<model>}
   * @throws ModelException if the file is missing or the model cannot be served; the message names
   *     the file and says what to do
   */
  static TritonConfig read(Path home) {
    Path file = home.resolve(FILE_NAME);
    if (!Files.exists(file)) {
      throw new UnpublishedModelException(
          "there is no "
              + file
              + ", which gives the size of the model's images: write one that contains at least '"
              + HOW_TO_TELL_THE_SIZE
              + "', or publish the model");
    }
    ConfigFile text = ConfigFile.read(file);
    ModelConfig config = text.config();
    int maxBatchSize = config.getMaxBatchSize();
    if (maxBatchSize < 0) {
      throw new ModelException(file + ": max_batch_size: " + maxBatchSize + " must be at least 0");
    }
    OptionalInt inputSize = inputSize(text);
    try {
      return new TritonConfig(
          home.resolve(labels(config)),
          preprocessing(text, inputSize),
          maxBatchSize == 0 ? OptionalInt.empty() : OptionalInt.of(maxBatchSize));
    } catch (IllegalArgumentException e) {
      throw new ModelException(file + ": " + e.getMessage(), e);
    }
  }

  private static String labels(ModelConfig config) {
    return config.getOutputList().stream()
        .filter(ModelOutput::hasLabelFilename)
        .map(ModelOutput::getLabelFilename)
        .findFirst()
        .orElse(ModelVersion.LABELS_FILE);
  }

  private static Preprocessing preprocessing(ConfigFile text, OptionalInt inputSize) {
    int size =
        parameter(text, "size", Integer::valueOf)
            .or(() -> inputSize.stream().boxed().findFirst())
            .orElseThrow(
                () ->
                    new ModelException(
                        text.file()
                            + " does not give the size of the model's images: give its input fixed"
                            + " dims, or add '"
                            + HOW_TO_TELL_THE_SIZE
                            + "'"));
    return new Preprocessing(
        size,
        parameter(text, "resize", Integer::valueOf).orElse(Preprocessing.usualResize(size)),
        parameter(text, "mean", TritonConfig::numbers).orElse(Preprocessing.IMAGENET_MEAN),
        parameter(text, "std", TritonConfig::numbers).orElse(Preprocessing.IMAGENET_STD));
  }

  /**
   * {@return the last parameter with this key} If a map has several entries with the same key,
   * protobuf also keeps the last entry.
   */
  private static <T> Optional<T> parameter(ConfigFile text, String key, Function<String, T> parse) {
    List<ParameterEntry> entries = text.config().getParametersList();
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (entries.get(i).getKey().equals(key)) {
        return Optional.of(parsed(text, i, parse));
      }
    }
    return Optional.empty();
  }

  private static <T> T parsed(ConfigFile text, int index, Function<String, T> parse) {
    ParameterEntry entry = text.config().getParameters(index);
    if (!entry.getValue().hasStringValue()) {
      throw text.problem(
          ModelConfig.PARAMETERS_FIELD_NUMBER,
          index,
          "parameter " + entry.getKey() + " has no string_value");
    }
    String value = entry.getValue().getStringValue();
    try {
      return parse.apply(value);
    } catch (NumberFormatException e) {
      throw text.problem(
          ModelConfig.PARAMETERS_FIELD_NUMBER,
          index,
          "parameter " + entry.getKey() + ": '" + value + "' is not a number");
    }
  }

  private static List<Float> numbers(String list) {
    return Arrays.stream(list.split(",")).map(String::strip).map(Float::valueOf).toList();
  }

  /**
   * {@return the side of the model's images, in pixels; empty if the side is dynamic or not given}
   */
  private static OptionalInt inputSize(ConfigFile text) {
    ModelConfig config = text.config();
    if (config.getInputCount() > 1) {
      throw inputProblem(text, 1, "a second input: an image classifier has one input");
    }
    List<Long> dims = config.getInputCount() == 0 ? List.of() : config.getInput(0).getDimsList();
    if (config.hasMaxBatchSize() && config.getMaxBatchSize() == 0 && dims.size() != 4) {
      throw new ModelException(
          text.file()
              + ": max_batch_size 0 means that the model has no batch dimension: export it with a"
              + " dynamic batch axis and set max_batch_size to the largest batch");
    }
    return dims.isEmpty() ? OptionalInt.empty() : side(text, image(text, dims));
  }

  /**
   * {@return the dimensions of one image} If max_batch_size is 0, the dims also include a batch
   * dimension, which this method removes.
   */
  private static List<Long> image(ConfigFile text, List<Long> dims) {
    if (dims.size() == 4 && text.config().getMaxBatchSize() == 0) {
      if (dims.get(0) != DYNAMIC) {
        throw inputProblem(
            text,
            0,
            "dims: "
                + dims
                + " fix the batch size at "
                + dims.get(0)
                + ": export the model with a dynamic batch axis");
      }
      return dims.subList(1, 4);
    }
    if (dims.size() != 3) {
      throw inputProblem(
          text, 0, "dims: " + dims + " are not those of an RGB image, such as [3, 224, 224]");
    }
    return dims;
  }

  private static OptionalInt side(ConfigFile text, List<Long> image) {
    Format format = text.config().getInput(0).getFormat();
    boolean channelsFirst = format != Format.FORMAT_NHWC && image.get(0) == Preprocessing.CHANNELS;
    boolean channelsLast = format != Format.FORMAT_NCHW && image.get(2) == Preprocessing.CHANNELS;
    if (!channelsFirst && !channelsLast) {
      throw inputProblem(
          text,
          0,
          "dims: " + image + " with " + format + " do not have the 3 channels of an RGB image");
    }
    List<Long> sides = channelsFirst ? image.subList(1, 3) : image.subList(0, 2);
    if (sides.contains(DYNAMIC)) {
      return OptionalInt.empty();
    }
    if (!sides.get(0).equals(sides.get(1)) || sides.get(0) > Preprocessing.MAX_SIZE) {
      throw inputProblem(
          text,
          0,
          "dims: "
              + image
              + " are not those of a square image of at most "
              + Preprocessing.MAX_SIZE
              + " pixels a side");
    }
    return OptionalInt.of(sides.get(0).intValue());
  }

  private static ModelException inputProblem(ConfigFile text, int index, String problem) {
    return text.problem(ModelConfig.INPUT_FIELD_NUMBER, index, problem);
  }
}
