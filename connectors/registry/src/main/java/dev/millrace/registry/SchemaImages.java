package dev.millrace.registry;

import java.io.IOException;

/** Reads the images of events with one schema. Thread-safe. */
@FunctionalInterface
interface SchemaImages {

  /**
   * {@return the image of an event}
   *
   * @param value a record's value
   * @param from the place at which the event begins in {@code value}
   * @throws NoImageException if the event holds no image; the message says why
   * @throws IOException if the value does not fit the schema
   */
  byte[] read(byte[] value, int from) throws NoImageException, IOException;
}
