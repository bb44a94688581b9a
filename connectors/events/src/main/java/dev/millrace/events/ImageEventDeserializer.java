package dev.millrace.events;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;

/** Reads image events by their headers; see {@link ImageEvent#serde()}. */
final class ImageEventDeserializer implements Deserializer<ImageEvent> {

  private static final String CONTENT_TYPE = "content-type";
  private static final String CLAIM_CHECK = "ce_dataref";
  private static final JsonFactory JSON = new JsonFactory();

  @Override
  public ImageEvent deserialize(String topic, byte[] value) {
    return value == null ? null : new ImageEvent.Encoded(value);
  }

  @Override
  public ImageEvent deserialize(String topic, Headers headers, byte[] value) {
    if ((value == null || value.length == 0) && headers.lastHeader(CLAIM_CHECK) != null) {
      return new ImageEvent.Unreadable(
          "the image is stored elsewhere (header ce_dataref), and claim checks are not supported;"
              + " send the image itself");
    }
    if (value == null) {
      return null;
    }
    return isJson(headers) ? fromJson(value) : new ImageEvent.Encoded(value);
  }

  /** {@return whether the content type is {@code application/json}, with or without parameters} */
  static boolean isJson(Headers headers) {
    Header header = headers.lastHeader(CONTENT_TYPE);
    if (header == null || header.value() == null) {
      return false;
    }
    String type = new String(header.value(), StandardCharsets.UTF_8);
    int parameters = type.indexOf(';');
    return (parameters < 0 ? type : type.substring(0, parameters))
        .strip()
        .toLowerCase(Locale.ROOT)
        .equals("application/json");
  }

  private static ImageEvent fromJson(byte[] value) {
    byte[] image = null;
    try (JsonParser parser = JSON.createParser(value)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return new ImageEvent.Unreadable(
            "the JSON value is not an object; expected {\"image\": \"<base64>\"}");
      }
      for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
        JsonToken token = parser.nextToken();
        if (!field.equals("image")) {
          parser.skipChildren();
        } else if (image != null) {
          return new ImageEvent.Unreadable("the JSON value has two fields \"image\"; send one");
        } else if (token == JsonToken.VALUE_STRING) {
          image = parser.getBinaryValue();
        } else {
          return new ImageEvent.Unreadable("the JSON field \"image\" is not base64 text");
        }
      }
      if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
        return new ImageEvent.Unreadable("the value continues after the JSON object");
      }
    } catch (IOException e) {
      return new ImageEvent.Unreadable(
          "the value is not valid JSON with a base64 image: " + Problem.of(e));
    }
    return image == null
        ? new ImageEvent.Unreadable(
            "the JSON value has no field \"image\"; expected {\"image\": \"<base64>\"}")
        : new ImageEvent.Encoded(image);
  }
}
