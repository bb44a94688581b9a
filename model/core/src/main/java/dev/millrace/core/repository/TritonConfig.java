package dev.millrace.core.repository;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.ModelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * What a model's {@value #FILE_NAME} in <a
 * href="https://github.com/triton-inference-server/server/blob/main/docs/user_guide/model_configuration.md">Triton's
 * format</a> says of how to serve it. Triton leaves preprocessing to its clients: mean, standard
 * deviation and resize are those of the model's {@code parameters} of these names, which Triton
 * passes over, else ImageNet's.
 *
 * @param labels the file of its classes' names
 * @param preprocessing how images become its input
 * @param maxBatchSize images a batch holds at most; empty if it does not say, and Triton would find
 *     out by itself
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
   * @throws ModelException if there is none, or it cannot be served; the message names the file,
   *     and says what to do
   */
  static TritonConfig read(Path home) {
    Path file = home.resolve(FILE_NAME);
    if (!Files.exists(file)) {
      throw new ModelException(
          "there is no "
              + file
              + ", which would tell the size of the model's images: write one that holds at least '"
              + HOW_TO_TELL_THE_SIZE
              + "', or publish the model with 'millrace models import'");
    }
    TextMessage config = TextFormat.read(file);
    OptionalLong maxBatchSize = config.integer("max_batch_size");
    if (maxBatchSize.orElse(0) < 0 || maxBatchSize.orElse(0) > Integer.MAX_VALUE) {
      throw new ModelException(
          file + ": max_batch_size: " + maxBatchSize.getAsLong() + " is no size of a batch");
    }
    OptionalInt inputSize = inputSize(config, maxBatchSize);
    try {
      return new TritonConfig(
          home.resolve(labels(config)),
          preprocessing(config, inputSize),
          maxBatchSize.orElse(0) == 0
              ? OptionalInt.empty()
              : OptionalInt.of((int) maxBatchSize.getAsLong()));
    } catch (IllegalArgumentException e) {
      throw new ModelException(file + ": " + e.getMessage(), e);
    }
  }

  private static String labels(TextMessage config) {
    return config.messages("output").stream()
        .flatMap(output -> output.string("label_filename").stream())
        .findFirst()
        .orElse(ModelVersion.LABELS_FILE);
  }

  private static Preprocessing preprocessing(TextMessage config, OptionalInt inputSize) {
    int size =
        parameter(config, "size", Integer::valueOf)
            .or(() -> inputSize.stream().boxed().findFirst())
            .orElseThrow(
                () ->
                    new ModelException(
                        config.file()
                            + " does not tell the size of the model's images: give its input fixed"
                            + " dims, or add '"
                            + HOW_TO_TELL_THE_SIZE
                            + "'"));
    return new Preprocessing(
        size,
        parameter(config, "resize", Integer::valueOf).orElse(Preprocessing.usualResize(size)),
        parameter(config, "mean", TritonConfig::numbers).orElse(Preprocessing.IMAGENET_MEAN),
        parameter(config, "std", TritonConfig::numbers).orElse(Preprocessing.IMAGENET_STD));
  }

  /** Of several entries of a map with the same key, protobuf keeps the last one. */
  private static <T> Optional<T> parameter(
      TextMessage config, String key, Function<String, T> parse) {
    return config.messages("parameters").stream()
        .filter(parameter -> parameter.string("key").equals(Optional.of(key)))
        .reduce((first, last) -> last)
        .map(parameter -> parsed(parameter, key, parse));
  }

  private static <T> T parsed(TextMessage parameter, String key, Function<String, T> parse) {
    String text =
        parameter.messages("value").stream()
            .flatMap(value -> value.string("string_value").stream())
            .findFirst()
            .orElseThrow(() -> parameter.problem("parameter " + key + " has no string_value"));
    try {
      return parse.apply(text);
    } catch (NumberFormatException e) {
      throw parameter.problem("parameter " + key + ": '" + text + "' is no number");
    }
  }

  private static List<Float> numbers(String list) {
    return Arrays.stream(list.split(",")).map(String::strip).map(Float::valueOf).toList();
  }

  /** Side of the model's images, in pixels; empty if it is not fixed, or not told. */
  private static OptionalInt inputSize(TextMessage config, OptionalLong maxBatchSize) {
    List<TextMessage> inputs = config.messages("input");
    if (inputs.size() > 1) {
      throw inputs.get(1).problem("a second input: a classifier of images has one");
    }
    List<Long> dims = inputs.isEmpty() ? List.of() : inputs.get(0).integers("dims");
    if (maxBatchSize.equals(OptionalLong.of(0)) && dims.size() != 4) {
      throw new ModelException(
          config.file()
              + ": max_batch_size 0 says that the model has no batch dimension: export it with a"
              + " dynamic batch axis and give the largest batch that it may get");
    }
    return dims.isEmpty()
        ? OptionalInt.empty()
        : side(inputs.get(0), image(inputs.get(0), dims, maxBatchSize.orElse(0)));
  }

  /** The dimensions without the batch's, which is among them where Triton does not batch. */
  private static List<Long> image(TextMessage input, List<Long> dims, long maxBatchSize) {
    if (dims.size() == 4 && maxBatchSize == 0) {
      if (dims.get(0) != DYNAMIC) {
        throw input.problem(
            "dims: "
                + dims
                + " are of batches of exactly "
                + dims.get(0)
                + ": export the model with a dynamic batch axis");
      }
      return dims.subList(1, 4);
    }
    if (dims.size() != 3) {
      throw input.problem(
          "dims: " + dims + " are not those of an RGB image, such as [3, 224, 224]");
    }
    return dims;
  }

  private static OptionalInt side(TextMessage input, List<Long> image) {
    String format = input.constant("format").orElse("FORMAT_NONE");
    boolean channelsFirst = !format.equals("FORMAT_NHWC") && image.get(0) == Preprocessing.CHANNELS;
    boolean channelsLast = !format.equals("FORMAT_NCHW") && image.get(2) == Preprocessing.CHANNELS;
    if (!channelsFirst && !channelsLast) {
      throw input.problem(
          "dims: " + image + " with " + format + " have no 3 where an RGB image's channels are");
    }
    List<Long> sides = channelsFirst ? image.subList(1, 3) : image.subList(0, 2);
    if (sides.contains(DYNAMIC)) {
      return OptionalInt.empty();
    }
    if (!sides.get(0).equals(sides.get(1)) || sides.get(0) > Preprocessing.MAX_SIZE) {
      throw input.problem(
          "dims: "
              + image
              + " are not those of a square image of at most "
              + Preprocessing.MAX_SIZE
              + " pixels a side");
    }
    return OptionalInt.of(sides.get(0).intValue());
  }
}
