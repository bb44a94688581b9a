package dev.millrace.registry;

import dev.millrace.events.ImageEvent;
import java.io.IOException;

/** Reads the images of events with one schema. Thread-safe. */
@FunctionalInterface
interface SchemaImages {

  /**
   * {@return the image of an event, or where it is stored}
   *
   * @param value a record's value
   * @param from the place at which the event begins in {@code value}
   * @throws NoImageException if the event holds no image; the message says why
   * @throws IOException if the value does not fit the schema
   */
  ImageEvent read(byte[] value, int from) throws NoImageException, IOException;
}
