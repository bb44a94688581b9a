package dev.millrace.registry;

import java.io.IOException;
import java.util.function.Function;

/**
 * Reads one field of events with one schema. Thread-safe.
 *
 * @param <T> the type of the field's content
 */
@FunctionalInterface
interface SchemaField<T> {

  /**
   * {@return the content of an event's field}
   *
   * @param value a record's value
   * @param from the index of the event's first byte in {@code value}
   * @throws MissingFieldException if the event does not have the field; the message says why
   * @throws IOException if the value does not fit the schema
   */
  T read(byte[] value, int from) throws MissingFieldException, IOException;

  /**
   * {@return a reader of the same field that converts the content}
   *
   * @param form converts the content
   * @param <R> the type after the conversion
   */
  default <R> SchemaField<R> as(Function<T, R> form) {
    return (value, from) -> form.apply(read(value, from));
  }
}
