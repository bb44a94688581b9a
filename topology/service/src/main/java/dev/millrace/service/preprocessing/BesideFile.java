package dev.millrace.service.preprocessing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.core.files.WholeFile;
import dev.millrace.core.model.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/**
 * A JSON file in the folder of a model. The file is read only when it is needed.
 *
 * @param path the file
 */
record BesideFile(Path path) {

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /**
   * Finds a file in the model's folder, or in the folder above if the model's folder has the name
   * {@code onnx}.
   *
   * @param model the model's path
   * @param name the file's name
   */
  static Optional<BesideFile> find(Path model, String name) {
    Path folder = model.toAbsolutePath().getParent();
    Path file = folder.resolve(name);
    if (!Files.isRegularFile(file) && folder.endsWith("onnx") && folder.getParent() != null) {
      file = folder.resolveSibling(name);
    }
    return Files.isRegularFile(file) ? Optional.of(new BesideFile(file)) : Optional.empty();
  }

  /**
   * Reads the file.
   *
   * @param reading interprets the content, or throws an {@link IllegalArgumentException}
   * @return the result of {@code reading}
   * @throws ModelException if the file cannot be read or interpreted; the message names the file
   */
  <T> T understood(Function<JsonNode, T> reading) {
    JsonNode json = json();
    try {
      return reading.apply(json);
    } catch (IllegalArgumentException e) {
      throw new ModelException(
          path
              + ": "
              + e.getMessage()
              + "; correct it, or move it away and say its values with options, such as --preset and --labels",
          e);
    }
  }

  private JsonNode json() {
    try {
      JsonNode json = JSON.readTree(WholeFile.read(path));
      if (json.isMissingNode()) {
        throw new ModelException(path + " is empty; correct it, or move it away");
      }
      return json;
    } catch (JsonProcessingException e) {
      throw new ModelException(
          path + " is not valid JSON (" + e.getOriginalMessage() + "); correct it, or move it away",
          e);
    } catch (IOException e) {
      throw new ModelException("cannot read " + path + " (" + e + "); make it readable", e);
    }
  }
}
