package dev.millrace.registry;

import dev.millrace.events.ImageEvent;
import dev.millrace.events.ImageField;
import dev.millrace.events.RegisteredImages;

/** Reads image events, with the events' schemas from the registry. Thread-safe. */
final class RegistryImages implements RegisteredImages {

  private final RegistryFields<ImageEvent> fields;

  /**
   * @param field the field of the image
   */
  RegistryImages(RegistryClient registry, ImageField field) {
    this.fields =
        new RegistryFields<>(
            registry,
            field,
            FieldContent.IMAGE,
            ImageEvent.Encoded::new,
            new JsonSchemaImage(field));
  }

  @Override
  public ImageEvent read(byte[] value) {
    try {
      return fields.read(value);
    } catch (MissingFieldException e) {
      return new ImageEvent.Unreadable(e.getMessage());
    }
  }
}
