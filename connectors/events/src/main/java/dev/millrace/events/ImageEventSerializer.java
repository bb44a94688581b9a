package dev.millrace.events;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Serializer;

/** Writes image events by their headers; see {@link ImageEvent#serde()}. */
final class ImageEventSerializer implements Serializer<ImageEvent> {

  @Override
  public byte[] serialize(String topic, ImageEvent event) {
    if (event == null) {
      return null;
    }
    if (event instanceof ImageEvent.Encoded encoded) {
      return encoded.bytes();
    }
    throw new SerializationException("an unreadable event cannot be written: " + event);
  }

  @Override
  public byte[] serialize(String topic, Headers headers, ImageEvent event) {
    byte[] image = serialize(topic, event);
    return image != null && ImageEventDeserializer.isJson(headers)
        ? ("{\"image\":\"" + Base64.getEncoder().encodeToString(image) + "\"}")
            .getBytes(StandardCharsets.US_ASCII)
        : image;
  }
}
