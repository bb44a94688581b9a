package dev.millrace.service.preprocessing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Channels;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Reads the configuration of one of Hugging Face's image processors. The same keys have different
 * meanings and defaults in the different image processors of transformers. This class follows the
 * processor that the file names. It refuses a processor or a key that it does not know.
 */
final class HuggingFaceConfig {

  /**
   * Keys of the steps that this class supports, and of steps that do not change the pixels of an
   * image.
   */
  private static final Set<String> STEPS =
      Set.of(
          "do_resize",
          "do_center_crop",
          "do_rescale",
          "do_normalize",
          "do_convert_rgb",
          "do_reduce_labels");

  /**
   * Keys that this class refuses if they are set, because they change pixels or name code that may
   * change pixels.
   */
  private static final Set<String> NOT_FOLLOWED =
      Set.of(
          "auto_map",
          "clusters",
          "pad_size",
          "patch_size",
          "size_divisibility",
          "size_divisor",
          "use_square_size");

  private final JsonNode json;
  private final ProcessorValues values;
  private final HintsBuilder hints;

  private HuggingFaceConfig(String source, JsonNode json, ImageProcessor processor) {
    this.json = json;
    values = new ProcessorValues(json, processor);
    hints = new HintsBuilder(source);
    hints.defaultsOf = source + " (" + processor.name() + "'s defaults)";
  }

  /**
   * Reads a configuration.
   *
   * @param source the source, in words for the user
   * @param json the configuration
   * @param modelType finds the kind of the model, if the configuration names no processor
   * @return the values of the configuration, with the processor's defaults
   * @throws IllegalArgumentException if Millrace cannot preprocess images as the configuration says
   */
  static Hints read(String source, JsonNode json, Supplier<Optional<String>> modelType) {
    return new HuggingFaceConfig(source, json, processor(json, modelType)).read();
  }

  /** {@return the name of a configuration's processor, or an empty text if it names none} */
  static String name(JsonNode json) {
    return json.path("image_processor_type").asText(json.path("feature_extractor_type").asText(""));
  }

  private static ImageProcessor processor(JsonNode json, Supplier<Optional<String>> modelType) {
    String name = name(json);
    if (!name.isEmpty()) {
      return ImageProcessor.named(name).orElseThrow(() -> unknown("the image processor " + name));
    }
    if (!json.has("size") && !json.has("image_mean") && !json.has("do_resize")) {
      throw new IllegalArgumentException("it is not the configuration of an image processor");
    }
    String type =
        modelType
            .get()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "it names no image_processor_type, and no config.json beside it has a"
                            + " model_type"));
    return ImageProcessor.ofModel(type)
        .orElseThrow(() -> unknown("the image processor of the model_type " + type));
  }

  private static IllegalArgumentException unknown(String processor) {
    return new IllegalArgumentException(
        "Millrace does not know "
            + processor
            + ", only those of "
            + String.join(", ", ImageProcessor.families()));
  }

  private Hints read() {
    requireFollowed();
    new ProcessorSize(values, hints).read();
    if (values.json().has("do_flip_channel_order")) {
      hints.channels = values.flag("do_flip_channel_order") ? Channels.BGR : Channels.RGB;
      mark("channels", "do_flip_channel_order");
    }
    normalization();
    return hints.build();
  }

  private void requireFollowed() {
    for (Map.Entry<String, JsonNode> field : json.properties()) {
      String key = field.getKey();
      boolean isStep = key.startsWith("do_") && !STEPS.contains(key) && !isOfMobileVit(key);
      if ((isStep || NOT_FOLLOWED.contains(key)) && JsonValues.isSet(field.getValue())) {
        throw new IllegalArgumentException(key + " is set, which Millrace does not follow");
      }
    }
  }

  private boolean isOfMobileVit(String key) {
    return values.isOf("MobileViT") && key.equals("do_flip_channel_order");
  }

  private void normalization() {
    double scale =
        values.flag("do_rescale") ? JsonValues.positive(values.json(), "rescale_factor") : 1;
    boolean normalizes = values.flag("do_normalize");
    List<Float> mean = normalizes ? numbers("image_mean") : constant(0);
    List<Float> std = normalizes ? numbers("image_std") : constant(1);
    if (values.isOf("EfficientNet")) {
      mean = values.flag("rescale_offset") ? plusOne(mean) : mean;
      // With include_top, the processor divides by the standard deviation once more.
      if (values.flag("include_top")) {
        std = normalizes ? squares(std) : numbers("image_std");
      }
    }
    Normalization unit = Normalization.of(scale, mean, std);
    if (!isUsable(unit)) {
      throw new IllegalArgumentException(
          "rescale_factor %s, image_mean %s and image_std %s give no normalisation"
              .formatted(scale, mean, std));
    }
    hints.mean = unit.mean();
    hints.std = unit.std();
    mark("mean", normalizes ? "image_mean" : "do_normalize");
    mark("std", normalizes ? "image_std" : "do_normalize");
  }

  private static boolean isUsable(Normalization unit) {
    return unit.mean().stream().allMatch(Float::isFinite)
        && unit.std().stream().allMatch(value -> value > 0 && Float.isFinite(value));
  }

  private List<Float> numbers(String key) {
    return JsonValues.perChannel(values.json(), key)
        .orElseThrow(() -> new IllegalArgumentException(key + " is missing"));
  }

  private void mark(String value, String key) {
    if (values.isDefault(key)) {
      hints.defaulted.add(value);
    }
  }

  private static List<Float> constant(float value) {
    return Collections.nCopies(Preprocessing.CHANNELS, value);
  }

  private static List<Float> plusOne(List<Float> values) {
    return values.stream().map(value -> value + 1).toList();
  }

  private static List<Float> squares(List<Float> values) {
    return values.stream().map(value -> value * value).toList();
  }
}
