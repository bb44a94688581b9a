package dev.millrace.triton;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ScoreSettings;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.repository.UnpublishedModelException;
import dev.millrace.triton.proto.ModelConfig;
import dev.millrace.triton.proto.ModelConfig.ParameterEntry;
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
 * resize} is 8/7 of the size, or the size itself below 64 pixels.
 *
 * @param labels the file with the names of the classes
 * @param preprocessing the preprocessing of the model's images
 * @param maxBatchSize the largest number of images per batch; empty if the file sets no limit
 * @param scores the output that holds the scores, and the kind of the scores from the parameter
 *     {@code scores}
 */
record TritonConfig(
    Path labels, Preprocessing preprocessing, OptionalInt maxBatchSize, ScoreSettings scores) {

  static final String FILE_NAME = "config.pbtxt";

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
    Optional<TritonInput> input = TritonInput.of(text);
    try {
      return new TritonConfig(
          home.resolve(TritonOutput.labels(config).orElse(ModelVersion.LABELS_FILE)),
          preprocessing(text, input),
          maxBatchSize == 0 ? OptionalInt.empty() : OptionalInt.of(maxBatchSize),
          new ScoreSettings(
              TritonOutput.name(config).orElse(null),
              parameter(text, "scores", TritonOutput::kind).orElse(null)));
    } catch (IllegalArgumentException e) {
      throw new ModelException(file + ": " + e.getMessage(), e);
    }
  }

  private static Preprocessing preprocessing(ConfigFile text, Optional<TritonInput> declared) {
    TritonInput input =
        parameter(text, "size", Integer::valueOf)
            .map(size -> new TritonInput(size, size))
            .or(() -> declared)
            .orElseThrow(
                () ->
                    new ModelException(
                        text.file()
                            + " does not give the size of the model's images: give its input fixed"
                            + " dims, or add '"
                            + HOW_TO_TELL_THE_SIZE
                            + "'"));
    int longer = Math.max(input.width(), input.height());
    return new Preprocessing(
        input.width(),
        input.height(),
        parameter(text, "resize", Integer::valueOf).orElse(Preprocessing.usualResize(longer)),
        Preprocessing.Fit.CROP,
        Preprocessing.Interpolation.BILINEAR,
        Preprocessing.Exif.APPLY,
        Preprocessing.Channels.RGB,
        Preprocessing.UNIT_SCALE,
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
}
