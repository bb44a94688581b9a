package dev.millrace.connect.prediction;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.json.JsonConverter;

/**
 * Converts the values of any source connector to image events. Bytes are the image itself. A struct
 * or a map with a field of bytes becomes a JSON event. The event holds the image in base64 in the
 * field {@code image}, and all other fields unchanged. Thread-safe, because {@link JsonConverter}
 * is.
 */
public final class ImageEventValue {

  private static final String IMAGE = "image";
  private static final String CONTENT_TYPE = "content-type";
  private static final byte[] JSON = "application/json".getBytes(StandardCharsets.US_ASCII);

  private final String field;
  private final JsonConverter json = new JsonConverter();

  /**
   * Creates the converter.
   *
   * @param field the field with the image's bytes
   */
  public ImageEventValue(String field) {
    this.field = field;
    json.configure(Map.of("schemas.enable", false), false);
  }

  /**
   * Converts a value. For a JSON event, sets the header {@code content-type}.
   *
   * @param topic the topic, for error messages
   * @param headers the record's headers
   * @param schema the value's schema, or null
   * @param value the value, or null
   * @return the event, or null if the value is null
   * @throws DataException if the value is neither bytes nor a struct or map with a field of bytes
   */
  public byte[] of(String topic, Headers headers, Schema schema, Object value) {
    if (value == null) {
      return null;
    } else if (value instanceof byte[] bytes) {
      return bytes;
    } else if (value instanceof ByteBuffer buffer) {
      byte[] bytes = new byte[buffer.remaining()];
      buffer.duplicate().get(bytes);
      return bytes;
    } else if (value instanceof Struct struct) {
      Struct renamed = withImage(topic, struct);
      return json(topic, headers, renamed.schema(), renamed);
    } else if (value instanceof Map<?, ?> map) {
      return json(topic, headers, schema, withImage(topic, map));
    }
    throw unsupported(topic, "of type " + value.getClass().getSimpleName());
  }

  private byte[] json(String topic, Headers headers, Schema schema, Object value) {
    for (Header header : headers.toArray()) {
      if (header.key().equalsIgnoreCase(CONTENT_TYPE)) {
        headers.remove(header.key());
      }
    }
    headers.add(CONTENT_TYPE, JSON);
    return json.fromConnectData(topic, schema, value);
  }

  private Struct withImage(String topic, Struct struct) {
    Field image = struct.schema().field(field);
    if (image == null || image.schema().type() != Schema.Type.BYTES || struct.get(image) == null) {
      throw unsupported(topic, "a struct without bytes in the field " + field);
    }
    if (field.equals(IMAGE)) {
      return struct;
    }
    SchemaBuilder schema = SchemaBuilder.struct();
    schema.field(IMAGE, image.schema());
    struct.schema().fields().stream()
        .filter(other -> !other.equals(image) && !other.name().equals(IMAGE))
        .forEach(other -> schema.field(other.name(), other.schema()));
    Struct renamed = new Struct(schema.build());
    renamed.schema().fields().forEach(to -> renamed.put(to, struct.get(nameBefore(to))));
    return renamed;
  }

  private String nameBefore(Field renamed) {
    return renamed.name().equals(IMAGE) ? field : renamed.name();
  }

  private Map<?, ?> withImage(String topic, Map<?, ?> map) {
    Object image = map.get(field);
    if (!(image instanceof byte[] || image instanceof ByteBuffer)) {
      throw unsupported(topic, "a map without bytes in the field " + field);
    }
    if (!map.keySet().stream().allMatch(String.class::isInstance)) {
      throw unsupported(topic, "a map with keys that are not text");
    }
    Map<Object, Object> renamed = new HashMap<>(map);
    renamed.remove(field);
    renamed.put(IMAGE, image);
    return renamed;
  }

  private DataException unsupported(String topic, String what) {
    return new DataException(
        "a value for topic "
            + topic
            + " is "
            + what
            + "; an image event is made from bytes, or from a struct with bytes in the field that"
            + " image.field names ("
            + field
            + ")");
  }
}
