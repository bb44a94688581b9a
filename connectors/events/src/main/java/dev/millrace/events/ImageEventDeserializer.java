package dev.millrace.events;

import java.io.IOException;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Deserializer;

/** Reads image events by their headers; see {@link ImageEvent#serde()}. Thread-safe. */
final class ImageEventDeserializer implements Deserializer<ImageEvent> {

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
    return registered.read(value);
  }
}
