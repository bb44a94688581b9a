package dev.millrace.events;

import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Serializer;

/** Writes image events by their headers; see {@link ImageEvent#serde()}. Thread-safe. */
final class ImageEventSerializer implements Serializer<ImageEvent> {

  private final JsonImage json;

  /**
   * @param field the field of the image in JSON
   */
  ImageEventSerializer(ImageField field) {
    this.json = new JsonImage(field);
  }

  @Override
  public byte[] serialize(String topic, ImageEvent event) {
    if (event == null) {
      return null;
    }
    if (event instanceof ImageEvent.Encoded encoded) {
      return encoded.bytes();
    }
    throw new SerializationException("an event without its image cannot be written: " + event);
  }

  @Override
  public byte[] serialize(String topic, Headers headers, ImageEvent event) {
    if (event instanceof ImageEvent.Referenced referenced
        && ClaimCheck.of(headers).filter(referenced.reference()::equals).isPresent()) {
      return null; // the headers hold the reference
    }
    byte[] image = serialize(topic, event);
    if (image == null) {
      return null;
    }
    ContentType type = ContentType.of(headers);
    if (type.isAnyCloudEvent() || type.needsSchema()) {
      throw new SerializationException(
          "an image cannot be written as " + type.type() + "; write the image itself, or JSON");
    }
    return type.isJson() ? json.write(image) : image;
  }
}
