package dev.millrace.service.serve;

import dev.millrace.registry.PredictionSchema;
import java.util.Optional;

/** The format of predictions in their topic. */
public enum OutputFormat {
  /** JSON, as a CloudEvent in binary mode. */
  JSON("json", null),
  /** CloudEvents in structured mode, as JSON. */
  CLOUDEVENTS_STRUCTURED("cloudevents-structured", null),
  /** Avro, with its schema in a registry. */
  AVRO("avro", PredictionSchema.AVRO),
  /** Protobuf, with its schema in a registry. */
  PROTOBUF("protobuf", PredictionSchema.PROTOBUF),
  /** JSON, with its JSON Schema in a registry. */
  JSON_SCHEMA("json-schema", PredictionSchema.JSON);

  private final String label;
  private final PredictionSchema schema;

  OutputFormat(String label, PredictionSchema schema) {
    this.label = label;
    this.schema = schema;
  }

  /** {@return the schema to register, or empty if the format needs no registry} */
  Optional<PredictionSchema> schema() {
    return Optional.ofNullable(schema);
  }

  /** {@return the value on the command line} */
  @Override
  public String toString() {
    return label;
  }
}
