package dev.millrace.service.preprocessing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.model.ModelException;
import dev.millrace.service.labels.ClassNames;
import dev.millrace.service.labels.JsonNames;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The preprocessing and the class names in the files beside a model: Hugging Face's {@code
 * processor_config.json}, {@code preprocessor_config.json} and {@code config.json}, and timm's
 * {@code config.json}. The files are in the model's folder. If this folder has the name {@code
 * onnx}, as in Hugging Face's repositories, they are in the folder above. A file is not read if no
 * value from it is needed.
 */
public final class FilesBeside {

  private final Optional<BesideFile> config;
  private final List<Hints> hints;

  private FilesBeside(Path model) {
    config = BesideFile.find(model, "config.json");
    hints =
        ofProcessor(model)
            .or(() -> config.flatMap(file -> file.understood(json -> timm(file, json))))
            .map(List::of)
            .orElse(List.of());
  }

  /**
   * Reads the files beside a model.
   *
   * @param model the model's path
   * @return the values in the files; no values if there are no files
   * @throws ModelException if a file with the preprocessing cannot be read, or if Millrace cannot
   *     preprocess images as the file says; the message names the file
   */
  public static FilesBeside of(Path model) {
    return new FilesBeside(model);
  }

  /** {@return the preprocessing in the files} */
  public List<Hints> hints() {
    return hints;
  }

  /**
   * {@return the names of the classes, if {@code config.json} has them}
   *
   * @throws ModelException if the file cannot be read, or if its names do not cover all classes
   */
  public Optional<ClassNames> names() {
    return config.flatMap(
        file ->
            file.understood(
                json ->
                    JsonNames.ofConfig(json)
                        .or(() -> JsonNames.ofConfig(json.path("pretrained_cfg")))));
  }

  /** {@return the file from which {@link #names()} reads} */
  public Path namesFile() {
    return config.map(BesideFile::path).orElse(null);
  }

  /**
   * Looks first in the file in which newer versions of transformers keep the image processor.
   * Transformers uses the same order.
   */
  private Optional<Hints> ofProcessor(Path model) {
    return BesideFile.find(model, "processor_config.json")
        .flatMap(
            file ->
                file.understood(
                    json ->
                        json.hasNonNull("image_processor")
                            ? Optional.of(processor(file, json.get("image_processor")))
                            : Optional.empty()))
        .or(
            () ->
                BesideFile.find(model, "preprocessor_config.json")
                    .map(file -> file.understood(json -> processor(file, json))));
  }

  private Hints processor(BesideFile file, JsonNode json) {
    String name = HuggingFaceConfig.name(json);
    if (!name.startsWith("TimmWrapper")) {
      return HuggingFaceConfig.read(file.path().toString(), json, this::modelType);
    }
    return config
        .flatMap(other -> other.understood(values -> timm(other, values)))
        .or(() -> timm(file, json))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "it names " + name + ", and neither it nor config.json has a pretrained_cfg"));
  }

  private Optional<String> modelType() {
    return config.flatMap(
        file ->
            file.understood(
                json -> Optional.of(json.path("model_type").asText("")).filter(s -> !s.isEmpty())));
  }

  private static Optional<Hints> timm(BesideFile file, JsonNode json) {
    return TimmConfig.isTimm(json)
        ? Optional.of(TimmConfig.read(file.path().toString(), json))
        : Optional.empty();
  }
}
