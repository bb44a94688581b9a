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
 * @param references the schemas that this schema uses
 */
record RegisteredSchema(String type, String text, List<Reference> references) {

  /**
   * A reference from a schema to another schema that the first schema uses.
   *
   * @param name the name by which the using schema refers to the used schema; in Protobuf, the name
   *     of the import
   * @param subject the subject of the used schema
   * @param version the version of the used schema in this subject
   */
  record Reference(String name, String subject, int version) {}

  /**
   * {@return the schema in a registry's answer} If the answer names no type, the type is Avro.
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
