package dev.millrace.registry;

import dev.millrace.events.ImageEvent;
import dev.millrace.events.ImageField;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Deserializer;

/** Reads images from JSON events, whose schema is a JSON Schema. The schema is not needed. */
final class JsonImages implements SchemaImages {

  private final Deserializer<ImageEvent> json;

  /**
   * @param field the field of the image
   */
  JsonImages(ImageField field) {
    this.json = ImageEvent.serde(field).deserializer();
  }

  @Override
  public ImageEvent read(byte[] value, int from) throws NoImageException {
    Headers headers =
        new RecordHeaders()
            .add("content-type", "application/json".getBytes(StandardCharsets.UTF_8));
    byte[] document = Arrays.copyOfRange(value, from, value.length);
    ImageEvent event = json.deserialize("", headers, document);
    if (event instanceof ImageEvent.Unreadable unreadable) {
      throw new NoImageException(unreadable.reason());
    }
    return event;
  }
}
