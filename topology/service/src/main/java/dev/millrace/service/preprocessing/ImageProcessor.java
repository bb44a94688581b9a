package dev.millrace.service.preprocessing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An image processor of Hugging Face's transformers that prepares images for classification, with
 * the defaults of its keys. The defaults come from the files {@code image_processing_*.py} in
 * transformers 4.
 *
 * @param family the processor's name without {@code ImageProcessor}, for example {@code ViT}
 * @param defaults the values of keys that a file leaves out
 * @param differing keys whose defaults differ between versions of transformers, so that a file must
 *     contain them
 */
record ImageProcessor(String family, ObjectNode defaults, List<String> differing) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNode TABLE = table();

  /** Defaults of all processors, unless a processor has its own default. */
  private static final Map<String, Boolean> FLAGS =
      Map.of(
          "do_resize", true,
          "do_center_crop", false,
          "do_rescale", true,
          "do_normalize", true,
          "default_to_square", true);

  /**
   * The usual normalisations by name. Each has a list of means and a list of standard deviations.
   */
  private static final Map<String, List<List<Double>>> NORMALIZATIONS =
      Map.of(
          "half", List.of(List.of(0.5, 0.5, 0.5), List.of(0.5, 0.5, 0.5)),
          "imagenet", List.of(List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225)),
          "clip",
              List.of(
                  List.of(0.48145466, 0.4578275, 0.40821073),
                  List.of(0.26862954, 0.26130258, 0.27577711)));

  /** {@return the processor's name in transformers} */
  String name() {
    return family + "ImageProcessor";
  }

  /**
   * {@return the processor with a name} The fast, the slow and the old processor of a family count
   * as one.
   *
   * @param name for example {@code ViTImageProcessorFast} or {@code ViTFeatureExtractor}
   */
  static Optional<ImageProcessor> named(String name) {
    String family = name.replaceFirst("(ImageProcessor(Fast|Pil)?|FeatureExtractor)$", "");
    JsonNode row = TABLE.path(family);
    return row.isObject() && !family.equals(name) ? Optional.of(of(family, row)) : Optional.empty();
  }

  /**
   * {@return the processor of a kind of model}
   *
   * @param modelType the {@code model_type} of the model's configuration
   */
  static Optional<ImageProcessor> ofModel(String modelType) {
    for (Map.Entry<String, JsonNode> row : TABLE.properties()) {
      for (JsonNode model : row.getValue().path("models")) {
        if (model.asText().equals(modelType)) {
          return Optional.of(of(row.getKey(), row.getValue()));
        }
      }
    }
    return Optional.empty();
  }

  /** {@return the names of all processors, without {@code ImageProcessor}} */
  static List<String> families() {
    List<String> families = new ArrayList<>();
    TABLE.fieldNames().forEachRemaining(families::add);
    return families;
  }

  private static ImageProcessor of(String family, JsonNode row) {
    ObjectNode defaults = JSON.createObjectNode();
    FLAGS.forEach(defaults::put);
    defaults.put("rescale_factor", 1 / 255.0);
    List<List<Double>> normalization = NORMALIZATIONS.get(row.path("normalization").asText());
    if (normalization != null) {
      defaults.set("image_mean", JSON.valueToTree(normalization.get(0)));
      defaults.set("image_std", JSON.valueToTree(normalization.get(1)));
    }
    defaults.setAll((ObjectNode) row.get("defaults"));
    List<String> differing = new ArrayList<>();
    row.path("differ").forEach(key -> differing.add(key.asText()));
    return new ImageProcessor(family, defaults, differing);
  }

  private static JsonNode table() {
    try (InputStream table = ImageProcessor.class.getResourceAsStream("processors.json")) {
      return JSON.readTree(table);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
