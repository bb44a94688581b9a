package dev.millrace.events;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * The media type of a value (RFC 9110), without its parameters.
 *
 * @param type the type in lower case, for example {@code image/png}; empty if the record has no
 *     type
 */
record ContentType(String type) {

  /** The header's name. The case of header names is ignored. */
  static final String HEADER = "content-type";

  /** JSON. */
  static final String JSON = "application/json";

  /** The JSON format of CloudEvents in structured mode. */
  static final String CLOUD_EVENT = "application/cloudevents+json";

  /** The prefix of all CloudEvents types, including other formats and batches of events. */
  private static final String ANY_CLOUD_EVENT = "application/cloudevents";

  /** {@return the type in the last header with the name {@link #HEADER}} */
  static ContentType of(Headers headers) {
    Header found = null;
    for (Header header : headers) {
      if (header.key().equalsIgnoreCase(HEADER)) {
        found = header;
      }
    }
    return parse(
        found == null || found.value() == null
            ? ""
            : new String(found.value(), StandardCharsets.UTF_8));
  }

  /** {@return the type of a text such as {@code Image/PNG; q=1}} */
  static ContentType parse(String text) {
    int parameters = text.indexOf(';');
    return new ContentType(
        (parameters < 0 ? text : text.substring(0, parameters)).strip().toLowerCase(Locale.ROOT));
  }

  /** {@return whether the record has no type} */
  boolean isUnknown() {
    return type.isEmpty();
  }

  /** {@return whether the value is JSON that is not a CloudEvent in structured mode} */
  boolean isJson() {
    return type.equals(JSON)
        || (type.startsWith("application/") && type.endsWith("+json") && !isAnyCloudEvent());
  }

  /** {@return whether the value is a CloudEvent in structured mode, as JSON} */
  boolean isCloudEvent() {
    return type.equals(CLOUD_EVENT);
  }

  /** {@return whether the value is a CloudEvent in structured mode, or a batch, in any format} */
  boolean isAnyCloudEvent() {
    return type.startsWith(ANY_CLOUD_EVENT);
  }

  /** {@return whether readers of the value need a schema, because the type is Avro or Protobuf} */
  boolean needsSchema() {
    return type.contains("avro") || type.contains("protobuf");
  }

  /** {@return whether the value may be an image, because the type is an image type or unknown} */
  boolean mayBeImage() {
    return type.isEmpty() || type.startsWith("image/") || type.equals("application/octet-stream");
  }

  /** Sets the header {@link #HEADER} to the type, and removes all other headers with its name. */
  static void set(Headers headers, String type) {
    List<String> names = new ArrayList<>();
    headers.forEach(header -> names.add(header.key()));
    names.stream().filter(HEADER::equalsIgnoreCase).forEach(headers::remove);
    headers.add(HEADER, type.getBytes(StandardCharsets.UTF_8));
  }
}
