package dev.millrace.registry;

import dev.millrace.events.Prediction;
import dev.millrace.events.WireFormat;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Writes predictions in the wire format. The schema's subject is {@code TOPIC-value}, as in
 * Confluent's {@code TopicNameStrategy}. Thread-safe.
 */
final class RegistryPredictionSerializer implements Serializer<Prediction> {

  private static final String CONTENT_TYPE = "content-type";

  private final RegistryClient registry;
  private final PredictionSchema schema;

  RegistryPredictionSerializer(RegistryClient registry, PredictionSchema schema) {
    this.registry = registry;
    this.schema = schema;
  }

  @Override
  public byte[] serialize(String topic, Prediction prediction) {
    if (prediction == null) {
      return null;
    }
    int id = schemaId(registry, schema, topic);
    byte[] bytes = schema.bytes(prediction);
    return WireFormat.frame(id, bytes.length).put(bytes).array();
  }

  @Override
  public byte[] serialize(String topic, Headers headers, Prediction prediction) {
    if (prediction != null) {
      headers.remove(CONTENT_TYPE);
      headers.add(CONTENT_TYPE, schema.contentType().getBytes(StandardCharsets.UTF_8));
    }
    return serialize(topic, prediction);
  }

  /** {@return the id of the schema in the topic's subject} */
  static int schemaId(RegistryClient registry, PredictionSchema schema, String topic) {
    return registry.id(topic + "-value", schema.name(), schema.text());
  }
}
