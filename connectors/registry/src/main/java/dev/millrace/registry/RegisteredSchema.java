package dev.millrace.registry;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A schema in the registry.
 *
 * @param type {@code AVRO}, {@code PROTOBUF} or {@code JSON}
 * @param text the schema
 * @param references other schemas that this one uses
 */
record RegisteredSchema(String type, String text, List<Reference> references) {

  /**
   * A schema that another one uses.
   *
   * @param name the name in the other schema; in Protobuf, that of the import
   * @param subject the subject of the used schema
   * @param version its version
   */
  record Reference(String name, String subject, int version) {}

  /**
   * {@return the schema of a registry's answer} The type is left out for Avro.
   *
   * @throws IOException if the answer has no schema
   */
  static RegisteredSchema of(JsonNode answer) throws IOException {
    if (!answer.path("schema").isTextual()) {
      throw new IOException("an answer without a schema");
    }
    List<Reference> references = new ArrayList<>();
    for (JsonNode one : answer.path("references")) {
      references.add(
          new Reference(
              one.path("name").asText(),
              one.path("subject").asText(),
              one.path("version").asInt()));
    }
    return new RegisteredSchema(
        answer.path("schemaType").asText("AVRO"), answer.path("schema").asText(), references);
  }
}
