package dev.millrace.events;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Writes predictions as CloudEvents in structured mode. Moves the event's attributes, which {@link
 * PredictionHeaders} has set as headers, from the headers into the value. Thread-safe.
 */
final class CloudEventPredictionSerializer implements Serializer<Prediction> {

  /**
   * {@inheritDoc} Always throws an exception, because without headers the attributes are missing.
   */
  @Override
  public byte[] serialize(String topic, Prediction prediction) {
    if (prediction == null) {
      return null;
    }
    throw missing();
  }

  @Override
  public byte[] serialize(String topic, Headers headers, Prediction prediction) {
    if (prediction == null) {
      return null;
    }
    Map<String, String> attributes = attributes(headers);
    if (!PredictionHeaders.TYPE.equals(attributes.get("type"))) {
      throw missing();
    }
    byte[] event = PredictionJson.bytes(prediction, json -> write(json, attributes, prediction));
    attributes.keySet().forEach(name -> headers.remove(PredictionHeaders.PREFIX + name));
    ContentType.set(headers, ContentType.CLOUD_EVENT);
    return event;
  }

  private static Map<String, String> attributes(Headers headers) {
    Map<String, String> attributes = new LinkedHashMap<>();
    for (Header header : headers) {
      if (header.key().startsWith(PredictionHeaders.PREFIX) && header.value() != null) {
        attributes.put(
            header.key().substring(PredictionHeaders.PREFIX.length()),
            new String(header.value(), StandardCharsets.UTF_8));
      }
    }
    return attributes;
  }

  private static void write(
      JsonGenerator json, Map<String, String> attributes, Prediction prediction)
      throws IOException {
    json.writeStartObject();
    for (Map.Entry<String, String> attribute : attributes.entrySet()) {
      json.writeStringField(attribute.getKey(), attribute.getValue());
    }
    json.writeStringField("datacontenttype", ContentType.JSON);
    json.writeFieldName("data");
    PredictionJson.write(json, prediction);
    json.writeEndObject();
  }

  private static SerializationException missing() {
    return new SerializationException(
        "a prediction cannot be written as a CloudEvent without the headers of PredictionHeaders");
  }
}
