package dev.millrace.events;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Deserializer;

/** Reads image events by their headers; see {@link ImageEvent#serde()}. Thread-safe. */
final class ImageEventDeserializer implements Deserializer<ImageEvent> {

  /** The types of the first box: of HEIC and AVIF, of JPEG 2000, and of JPEG XL. */
  private static final Set<String> FIRST_BOXES = Set.of("ftyp", "jP  ", "JXL ");

  /** Number of bytes of the length and of the type of a box. */
  private static final int BOX_FIELD = 4;

  private final JsonImage json;
  private final CloudEventImage cloudEvent;
  private final RegisteredImages registered;

  /**
   * @param field the field of the image in JSON
   * @param registered reads values whose schema is in a registry, or null if there is no registry
   */
  ImageEventDeserializer(ImageField field, RegisteredImages registered) {
    this.json = new JsonImage(field);
    this.cloudEvent = new CloudEventImage(json);
    this.registered = registered;
  }

  @Override
  public ImageEvent deserialize(String topic, byte[] value) {
    return deserialize(topic, new RecordHeaders(), value);
  }

  @Override
  public ImageEvent deserialize(String topic, Headers headers, byte[] value) {
    if (value == null || value.length == 0) {
      Optional<ImageReference> elsewhere = ClaimCheck.of(headers);
      if (elsewhere.isPresent()) {
        return new ImageEvent.Referenced(elsewhere.get());
      }
    }
    if (value == null) {
      return null;
    }
    try {
      return read(ContentType.of(headers), value);
    } catch (UnreadableEventException e) {
      return new ImageEvent.Unreadable(e.getMessage());
    } catch (IOException e) {
      return new ImageEvent.Unreadable(
          "the value is not valid JSON with a base64 image: " + Problem.of(e));
    }
  }

  /** Reads a value in the format that its content type and its first byte determine. */
  private ImageEvent read(ContentType type, byte[] value)
      throws IOException, UnreadableEventException {
    if (type.isCloudEvent()) {
      return cloudEvent.read(value);
    }
    if (type.isAnyCloudEvent()) {
      throw new UnreadableEventException(
          "the value is a CloudEvent or a batch of the type "
              + type.type()
              + "; send one event per record, in binary mode or as "
              + ContentType.CLOUD_EVENT);
    }
    if (WireFormat.begins(value) && (type.isJson() || registered != null)) {
      return registered(type, value);
    }
    if (type.needsSchema()) {
      return registered(type, value);
    }
    return type.isJson() ? json.read(value, 0) : new ImageEvent.Encoded(value);
  }

  private ImageEvent registered(ContentType type, byte[] value) throws UnreadableEventException {
    if (!WireFormat.begins(value)) {
      throw new UnreadableEventException(
          "the value is of the type "
              + type.type()
              + ", but not in the wire format of a schema registry; use a registry's serializer, or"
              + " send the image itself");
    }
    if (registered == null) {
      throw new UnreadableEventException(
          "the value is in the wire format of a schema registry (schema id "
              + WireFormat.schemaId(value)
              + "), and no registry is set; set one, or send the image itself");
    }
    ImageEvent event = registered.read(value);
    return event instanceof ImageEvent.Unreadable && isImageFile(value)
        ? new ImageEvent.Encoded(value)
        : event;
  }

  /**
   * {@return whether a value looks like an image file that begins with a byte 0} Millrace cannot
   * decode these files, but the decoder can name their format. This is a better reason than that
   * the registry does not know a schema. The file begins with the length of its first box, and the
   * type of the box follows.
   */
  private static boolean isImageFile(byte[] value) {
    return value.length >= 2 * BOX_FIELD
        && FIRST_BOXES.contains(
            new String(value, BOX_FIELD, BOX_FIELD, StandardCharsets.ISO_8859_1));
  }
}
