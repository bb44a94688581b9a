package dev.millrace.control;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Writes and reads one kind of {@link TrainerReport}.
 *
 * @param type the value of the field {@code type}
 * @param schema the value of the field {@code schema}
 * @param kind the class of the report
 */
record TypedJson<T extends TrainerReport>(String type, int schema, Class<T> kind) {

  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  byte[] write(T report) {
    ObjectNode json = JSON.createObjectNode().put("type", type).put("schema", schema);
    json.setAll(JSON.<ObjectNode>valueToTree(report));
    try {
      return JSON.writeValueAsBytes(json);
    } catch (JacksonException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
  }

  /**
   * Reads a record's value. Ignores unknown fields.
   *
   * @throws IOException if the value is not a report, or is of another type or schema
   */
  T read(byte[] json) throws IOException {
    JsonNode read = JSON.readTree(json);
    String found = read.path("type").asText();
    int foundSchema = read.path("schema").asInt();
    if (!found.equals(type) || foundSchema != schema) {
      throw new IOException(
          "type '%s' with schema %d is not '%s' with schema %d"
              .formatted(found, foundSchema, type, schema));
    }
    return JSON.treeToValue(read, kind);
  }
}
