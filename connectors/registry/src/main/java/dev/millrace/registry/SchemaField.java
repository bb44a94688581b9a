package dev.millrace.registry;

import java.io.IOException;

/** Reads one field of events with one schema. Thread-safe. */
@FunctionalInterface
interface SchemaField {

  /**
   * {@return the bytes of an event's field; those of a text are in UTF-8}
   *
   * @param value a record's value
   * @param from the place at which the event begins in {@code value}
   * @throws MissingFieldException if the event has no such field; the message says why
   * @throws IOException if the value does not fit the schema
   */
  byte[] read(byte[] value, int from) throws MissingFieldException, IOException;
}
