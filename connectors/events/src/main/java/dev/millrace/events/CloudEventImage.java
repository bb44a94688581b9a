package dev.millrace.events;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;

/**
 * The JSON format of CloudEvents 1.0 in structured mode. The image is
 *
 * <ul>
 *   <li>{@code data_base64}: the image file, or a JSON value that {@link JsonImage} reads if {@code
 *       datacontenttype} is {@code application/json},
 *   <li>or {@code data}: a JSON object that {@link JsonImage} reads, or the image file as {@link
 *       Base64Text}.
 * </ul>
 *
 * Immutable.
 *
 * @param json reads the JSON value inside the event
 */
record CloudEventImage(JsonImage json) {

  private static final String EXPECTED =
      "{\"specversion\": \"1.0\", …, \"data_base64\": \"<base64>\"}";

  /**
   * {@return the image of an event, or the place where the image is stored}
   *
   * @throws IOException if the value is not JSON
   */
  ImageEvent read(byte[] value) throws IOException, UnreadableEventException {
    try (JsonParser parser = JsonImage.object(value, 0, EXPECTED)) {
      Attributes event = new Attributes();
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        JsonToken token = parser.nextToken();
        switch (name) {
          case "specversion" -> event.version = attribute(parser, name);
          case "datacontenttype" -> event.type = attribute(parser, name);
          case "data_base64", "data" -> {
            if (token != JsonToken.VALUE_NULL) {
              data(event, name, parser);
            }
          }
          default -> {
            if (!event.elsewhere.take(name, parser)) {
              parser.skipChildren();
            }
          }
        }
      }
      JsonImage.end(parser);
      return image(event);
    }
  }

  /**
   * {@return the text of an attribute, or null if its JSON value is null} In CloudEvents, null
   * means that the attribute is not set.
   */
  private static String attribute(JsonParser parser, String name)
      throws IOException, UnreadableEventException {
    if (!parser.currentToken().isScalarValue()) {
      throw new UnreadableEventException("the CloudEvent's attribute \"" + name + "\" is not text");
    }
    return parser.getValueAsString();
  }

  private void data(Attributes event, String name, JsonParser parser)
      throws IOException, UnreadableEventException {
    if (event.image != null || event.binary != null) {
      throw new UnreadableEventException("the CloudEvent has two fields with data; send one");
    }
    if (name.equals("data_base64")) {
      event.binary = Base64Text.decode(parser, name);
    } else if (parser.currentToken() == JsonToken.START_OBJECT) {
      event.image = json.event(parser);
    } else {
      event.image = new ImageEvent.Encoded(Base64Text.decode(parser, name));
    }
  }

  private ImageEvent image(Attributes event) throws IOException, UnreadableEventException {
    String version = Objects.requireNonNullElse(event.version, "");
    if (!version.equals("1.0")) {
      throw new UnreadableEventException(
          "the CloudEvent's specversion is \"" + version + "\"; send version 1.0");
    }
    Optional<ImageEvent> reference = event.elsewhere.event();
    if (reference.isPresent() && event.isEmpty()) {
      return reference.get();
    }
    if (event.binary != null) {
      return ContentType.parse(Objects.requireNonNullElse(event.type, "")).isJson()
          ? json.read(event.binary, 0)
          : new ImageEvent.Encoded(event.binary);
    }
    if (event.image != null) {
      return event.image;
    }
    throw new UnreadableEventException("the CloudEvent has no data; expected " + EXPECTED);
  }

  /**
   * The attributes of an event that have been read so far. The attributes may come in any order.
   */
  private static final class Attributes {
    private String version;
    private String type;
    private final ClaimCheck elsewhere = new ClaimCheck();
    private byte[] binary;
    private ImageEvent image;

    /** {@return whether the event has no data, or only an empty text} */
    boolean isEmpty() {
      return binary != null
          ? binary.length == 0
          : image == null || (image instanceof ImageEvent.Encoded held && held.bytes().length == 0);
    }
  }
}
