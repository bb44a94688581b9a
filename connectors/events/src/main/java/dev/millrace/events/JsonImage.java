package dev.millrace.events;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * Reads and writes JSON objects with the image as {@link Base64Text} in one field. An object may
 * have the fields of a {@link ClaimCheck} instead of the image; the image is then missing, null or
 * empty. Other fields are ignored. Immutable.
 *
 * @param field the field that holds the image
 */
record JsonImage(ImageField field) {

  /**
   * The parser has no limit for the length of texts, because the broker limits the size of records.
   */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .build();

  /**
   * The image of a field whose value is null. Serializers of classes write such a field if the
   * image is stored elsewhere.
   */
  private static final byte[] NULL = {};

  /**
   * {@return a parser of a JSON object, at the object's start}
   *
   * @param from the index of the first byte of the JSON in {@code value}
   */
  static JsonParser object(byte[] value, int from, String expected)
      throws IOException, UnreadableEventException {
    JsonParser parser = JSON.createParser(value, from, value.length - from);
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new UnreadableEventException("the JSON value is not an object; expected " + expected);
    }
    return parser;
  }

  /** Requires that nothing follows the object. */
  static void end(JsonParser parser) throws IOException, UnreadableEventException {
    if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
      throw new UnreadableEventException("the value continues after the JSON object");
    }
  }

  /**
   * {@return the image of a JSON value, or the place where the image is stored}
   *
   * @param from the index of the first byte of the JSON in {@code value}
   * @throws IOException if the value is not JSON
   */
  ImageEvent read(byte[] value, int from) throws IOException, UnreadableEventException {
    try (JsonParser parser = object(value, from, shape())) {
      ImageEvent event = event(parser);
      end(parser);
      return event;
    }
  }

  /**
   * {@return the image of the object that the parser has entered, or the place where the image is
   * stored}
   */
  ImageEvent event(JsonParser parser) throws IOException, UnreadableEventException {
    ClaimCheck elsewhere = new ClaimCheck();
    byte[] image = image(parser, 0, elsewhere);
    if (image != null && image.length > 0) {
      return new ImageEvent.Encoded(image);
    }
    Optional<ImageEvent> reference = elsewhere.event();
    if (reference.isPresent()) {
      return reference.get();
    }
    if (image == null) {
      throw new UnreadableEventException(
          "the JSON value has no field \"" + field + "\"; expected " + shape());
    }
    if (image == NULL) {
      throw new UnreadableEventException(
          "the JSON field \"" + field + "\" is null; expected " + shape());
    }
    return new ImageEvent.Encoded(image);
  }

  private byte[] image(JsonParser parser, int depth, ClaimCheck elsewhere)
      throws IOException, UnreadableEventException {
    byte[] image = null;
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      JsonToken token = parser.nextToken();
      if (!name.equals(field.path().get(depth))) {
        if (depth > 0 || !elsewhere.take(name, parser)) {
          parser.skipChildren();
        }
      } else if (image != null) {
        throw new UnreadableEventException(
            "the JSON value has two fields \"" + field + "\"; send one");
      } else if (token == JsonToken.VALUE_NULL) {
        image = NULL;
      } else if (depth + 1 == field.path().size()) {
        image = Base64Text.decode(parser, field.toString());
      } else if (token == JsonToken.START_OBJECT) {
        image = image(parser, depth + 1, elsewhere);
      } else {
        throw new UnreadableEventException(
            "the JSON field \"" + name + "\" is not an object; expected " + shape());
      }
    }
    return image;
  }

  /** {@return a JSON value that holds the image} */
  byte[] write(byte[] image) {
    return around("\"" + Base64.getEncoder().encodeToString(image) + "\"", ":")
        .getBytes(StandardCharsets.UTF_8);
  }

  private String shape() {
    return around("\"<base64>\"", ": ");
  }

  private String around(String text, String colon) {
    StringBuilder json = new StringBuilder(text);
    for (int i = field.path().size() - 1; i >= 0; i--) {
      char[] name = JsonStringEncoder.getInstance().quoteAsString(field.path().get(i));
      json.insert(0, "{\"" + String.valueOf(name) + "\"" + colon).append('}');
    }
    return json.toString();
  }
}
