package dev.millrace.service.preprocessing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.model.ModelException;
import dev.millrace.service.labels.ClassNames;
import dev.millrace.service.labels.JsonNames;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the files beside a model say about it: Hugging Face's {@code processor_config.json}, {@code
 * preprocessor_config.json} and {@code config.json}, and timm's {@code config.json}. The files lie
 * in the model's folder, or above it if that folder's name is {@code onnx}, as in Hugging Face's
 * repositories. A file in which nothing is needed is not read.
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
   * @return what they say; nothing if there are none
   * @throws ModelException if a file with the preprocessing cannot be read or followed; the message
   *     names the file
   */
  public static FilesBeside of(Path model) {
    return new FilesBeside(model);
  }

  /** {@return what the files say about the preprocessing} */
  public List<Hints> hints() {
    return hints;
  }

  /**
   * {@return the names of the classes, if {@code config.json} has them}
   *
   * @throws ModelException if the file cannot be read, or has names that are not those of all
   *     classes
   */
  public Optional<ClassNames> names() {
    return config.flatMap(
        file ->
            file.understood(
                json ->
                    JsonNames.ofConfig(json)
                        .or(() -> JsonNames.ofConfig(json.path("pretrained_cfg")))));
  }

  /** {@return the file of {@link #names()}} */
  public Path namesFile() {
    return config.map(BesideFile::path).orElse(null);
  }

  /** Looks first where newer versions of transformers keep the image processor, as they do. */
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
