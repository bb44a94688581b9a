package dev.millrace.events;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Reads the name of an image's class. The header {@code content-type} decides how:
 *
 * <ul>
 *   <li>{@code application/json} and {@code application/*+json}: a JSON text, or an object with the
 *       text in the field {@code label}.
 *   <li>{@code application/cloudevents+json}: a CloudEvent in structured mode, whose {@code data}
 *       is a JSON text or object as above.
 *   <li>With a schema registry, a value that {@linkplain WireFormat#begins begins} like the wire
 *       format is read by its schema. This rule does not apply to CloudEvents in structured mode.
 *   <li>Without the header: a JSON text in quotes or a JSON object is read as JSON, because a JSON
 *       serializer has written it. Kafka Connect's and Spring's serializers do not set the header.
 *   <li>Otherwise the value is the name, in UTF-8.
 * </ul>
 *
 * <p>White space around the name is removed. Reading throws Kafka's {@code SerializationException}
 * if a value does not hold a name, or if the name has more than one line. Thread-safe.
 */
public final class LabelDeserializer implements Deserializer<String> {

  private final RegisteredLabels registered;

  /** Creates a deserializer without a schema registry. */
  public LabelDeserializer() {
    this(null);
  }

  /**
   * Creates a deserializer.
   *
   * @param registered reads values whose schema is in a registry, or null if there is no registry
   */
  public LabelDeserializer(RegisteredLabels registered) {
    this.registered = registered;
  }

  @Override
  public String deserialize(String topic, byte[] value) {
    return deserialize(topic, new RecordHeaders(), value);
  }

  @Override
  public String deserialize(String topic, Headers headers, byte[] value) {
    if (value == null) {
      return null;
    }
    try {
      String label = text(ContentType.of(headers), value).strip();
      if (label.isEmpty() || label.lines().count() != 1) {
        throw new SerializationException("the label is not one line of text");
      }
      return label;
    } catch (IOException e) {
      throw new SerializationException("the value holds no label: " + Problem.of(e), e);
    }
  }

  private String text(ContentType type, byte[] value) throws IOException {
    if (WireFormat.begins(value) && !type.isCloudEvent()) {
      if (registered == null) {
        throw new IOException(
            "it is in the wire format of a schema registry (schema id "
                + WireFormat.schemaId(value)
                + "), and no registry is set");
      }
      return registered.read(value);
    }
    if (type.isAnyCloudEvent() && !type.isCloudEvent()) {
      throw new IOException("it is of the type " + type.type() + ", which is not supported");
    }
    if (type.isCloudEvent()) {
      return name(PredictionJson.tree(value).path("data"));
    }
    if (type.isJson()) {
      return name(PredictionJson.tree(value));
    }
    String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
    return type.isUnknown() && isJson(text.strip()) ? name(PredictionJson.tree(value)) : text;
  }

  /** {@return whether a text is a JSON text or object} */
  private static boolean isJson(String text) {
    boolean isQuoted = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"");
    if (!isQuoted && !(text.startsWith("{") && text.endsWith("}"))) {
      return false;
    }
    try {
      var unused = PredictionJson.tree(text.getBytes(StandardCharsets.UTF_8));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static String name(JsonNode data) {
    JsonNode label = data.isObject() ? data.path("label") : data;
    if (!label.isTextual()) {
      throw new SerializationException(
          "the JSON value has no label; expected \"NAME\" or {\"label\": \"NAME\"}");
    }
    return label.textValue();
  }
}
