package dev.millrace.core.repository;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Reads and writes a version's manifest as JSON. Ignores unknown fields, because a later release
 * may have added them. Refuses values of the wrong type.
 */
final class ManifestFile {

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build();

  private ManifestFile() {}

  static byte[] bytes(ModelManifest manifest) throws JsonProcessingException {
    return JSON.writeValueAsBytes(manifest);
  }

  /**
   * Reads the manifest in a version's folder.
   *
   * @throws ModelException if the file is missing, unreadable or not a valid manifest; the message
   *     names the file
   */
  static ModelManifest read(Path folder) {
    Path file = folder.resolve(ModelManifest.FILE_NAME);
    try {
      return read(Files.readAllBytes(file), file.toString());
    } catch (NoSuchFileException e) {
      throw new UnpublishedModelException(
          "there is no " + file + ": the version was removed, or was never published", e);
    } catch (IOException e) {
      throw new ModelException(
          "cannot read " + file + " (" + e + "); check that it is readable", e);
    }
  }

  /**
   * Reads a manifest.
   *
   * @param place the place of the manifest, for the message
   * @throws ModelException if the manifest is not valid; the message names the place
   */
  static ModelManifest read(byte[] bytes, String place) {
    try {
      ModelManifest manifest = JSON.readValue(bytes, ModelManifest.class);
      if (manifest == null) {
        throw broken(place, "it holds null", null);
      }
      return manifest;
    } catch (JacksonException e) {
      throw broken(place, problem(e), e);
    } catch (IOException e) {
      throw new AssertionError("bytes in memory can be read", e);
    }
  }

  private static ModelException broken(String place, String problem, Throwable cause) {
    return new ModelException(
        place + " is not a manifest (" + problem + "); import the model again", cause);
  }

  /**
   * {@return the message of {@link ModelManifest}'s validation, if the validation failed; otherwise
   * the first line of Jackson's message}
   */
  private static String problem(JacksonException e) {
    return e.getCause() instanceof IllegalArgumentException invalid
        ? invalid.getMessage()
        : e.getOriginalMessage().lines().findFirst().orElse("unreadable");
  }
}
