package dev.millrace.events;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * The claim check of an event, which names the place of the event's image (CloudEvents' extension
 * {@code dataref}). Collects the claim check from the fields of a JSON object, in any order. Not
 * thread-safe.
 */
final class ClaimCheck {

  /** The attribute with the URI of the image. */
  private static final String DATAREF = "dataref";

  /** The attribute with the checksum of the image. */
  private static final String SHA256 = "sha256";

  /** The prefix of a CloudEvent's attributes in header names (binary mode). */
  private static final String PREFIX = "ce_";

  private String uri;
  private String sha256;

  /** {@return the place of the image, or empty if the record's headers name none} */
  static Optional<ImageReference> of(Headers headers) {
    return text(headers, DATAREF)
        .map(uri -> new ImageReference(uri, text(headers, SHA256).orElse(null)));
  }

  /**
   * Reads an attribute from the headers, ignoring the case of their names. A header with the prefix
   * takes precedence.
   */
  private static Optional<String> text(Headers headers, String attribute) {
    String found = null;
    for (Header header : headers) {
      boolean prefixed = header.key().equalsIgnoreCase(PREFIX + attribute);
      if (header.value() != null
          && (prefixed || (found == null && header.key().equalsIgnoreCase(attribute)))) {
        found = new String(header.value(), StandardCharsets.UTF_8);
      }
    }
    return Optional.ofNullable(found);
  }

  /**
   * Reads a field, if it belongs to the claim check.
   *
   * @param name the field's name
   * @param parser a parser at the field's value
   * @return whether the field belongs to the claim check
   * @throws UnreadableEventException if the value is neither a text nor null
   */
  boolean take(String name, JsonParser parser) throws IOException, UnreadableEventException {
    switch (name) {
      case DATAREF, PREFIX + DATAREF -> uri = text(name, parser);
      case SHA256, PREFIX + SHA256 -> sha256 = text(name, parser);
      default -> {
        return false;
      }
    }
    return true;
  }

  private static String text(String name, JsonParser parser)
      throws IOException, UnreadableEventException {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return null;
    }
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw new UnreadableEventException("the attribute \"" + name + "\" is not text");
    }
    return parser.getText();
  }

  /** {@return the place of the image, or empty if the fields name none} */
  Optional<ImageEvent> event() {
    return Optional.ofNullable(uri)
        .map(text -> new ImageEvent.Referenced(new ImageReference(text, sha256)));
  }
}
