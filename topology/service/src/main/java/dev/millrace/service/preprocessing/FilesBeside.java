package dev.millrace.service.preprocessing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.core.files.WholeFile;
import dev.millrace.core.model.ModelException;
import dev.millrace.service.labels.ClassNames;
import dev.millrace.service.labels.JsonNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the files beside a model say about it: Hugging Face's {@code preprocessor_config.json} and
 * {@code config.json}, and timm's {@code config.json}. The files lie in the model's folder, or
 * above it if that folder's name is {@code onnx}, as in Hugging Face's repositories.
 *
 * @param hints what the files say about the preprocessing; the first file weighs most
 * @param names the names of the classes, if a file has them
 * @param namesFile the file with the names, or null
 */
public record FilesBeside(List<Hints> hints, Optional<ClassNames> names, Path namesFile) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Reads the files beside a model.
   *
   * @param model the model's path
   * @return what they say; nothing if there are none
   * @throws ModelException if a file cannot be read or holds values that are not understood
   */
  public static FilesBeside of(Path model) {
    List<Hints> hints = new ArrayList<>();
    beside(model, "preprocessor_config.json")
        .ifPresent(
            file -> {
              JsonNode json = json(file);
              if (!json.path("image_processor_type").asText().startsWith("TimmWrapper")) {
                hints.add(understood(file, () -> HuggingFaceConfig.read(file.toString(), json)));
              }
            });
    Optional<Path> config = beside(model, "config.json");
    if (config.isEmpty()) {
      return new FilesBeside(hints, Optional.empty(), null);
    }
    Path file = config.get();
    JsonNode json = json(file);
    if (TimmConfig.isTimm(json)) {
      hints.add(understood(file, () -> TimmConfig.read(file.toString(), json)));
    }
    return new FilesBeside(hints, understood(file, () -> JsonNames.ofConfig(json)), file);
  }

  private static Optional<Path> beside(Path model, String name) {
    Path folder = model.toAbsolutePath().getParent();
    Path file = folder.resolve(name);
    if (!Files.isRegularFile(file) && folder.endsWith("onnx") && folder.getParent() != null) {
      file = folder.resolveSibling(name);
    }
    return Files.isRegularFile(file) ? Optional.of(file) : Optional.empty();
  }

  private static JsonNode json(Path file) {
    try {
      return JSON.readTree(WholeFile.read(file));
    } catch (JsonProcessingException e) {
      throw new ModelException(
          file + " is no valid JSON (" + e.getOriginalMessage() + "); correct it, or move it away",
          e);
    } catch (IOException e) {
      throw new ModelException("cannot read " + file + " (" + e + "); make it readable", e);
    }
  }

  private static <T> T understood(Path file, java.util.function.Supplier<T> reading) {
    try {
      return reading.get();
    } catch (IllegalArgumentException e) {
      throw new ModelException(
          file + ": " + e.getMessage() + "; correct it, or move it away and give options", e);
    }
  }
}
