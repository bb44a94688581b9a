package dev.millrace.registry;

import dev.millrace.events.ImageEvent;
import dev.millrace.events.ImageField;
import java.util.Arrays;
import org.apache.kafka.common.serialization.Deserializer;

/** Reads images from JSON events that have a JSON Schema. Reading does not need the schema. */
final class JsonSchemaImage implements SchemaField<ImageEvent> {

  private final Deserializer<ImageEvent> json;

  /**
   * @param field the field of the image
   */
  JsonSchemaImage(ImageField field) {
    this.json = ImageEvent.serde(field).deserializer();
  }

  @Override
  public ImageEvent read(byte[] value, int from) throws MissingFieldException {
    byte[] document = Arrays.copyOfRange(value, from, value.length);
    ImageEvent event = json.deserialize("", JsonSchemaLabel.headers(), document);
    if (event instanceof ImageEvent.Unreadable unreadable) {
      throw new MissingFieldException(unreadable.reason());
    }
    return event;
  }
}
