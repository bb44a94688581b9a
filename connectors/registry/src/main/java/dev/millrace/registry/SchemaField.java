package dev.millrace.registry;

import java.io.IOException;
import java.util.function.Function;

/**
 * Reads one field of events with one schema. Thread-safe.
 *
 * @param <T> what the field holds
 */
@FunctionalInterface
interface SchemaField<T> {

  /**
   * {@return the content of an event's field}
   *
   * @param value a record's value
   * @param from the place at which the event begins in {@code value}
   * @throws MissingFieldException if the event has no such field; the message says why
   * @throws IOException if the value does not fit the schema
   */
  T read(byte[] value, int from) throws MissingFieldException, IOException;

  /**
   * {@return a reader of the same field that returns another form of its content}
   *
   * @param form makes the other form
   * @param <R> the other form
   */
  default <R> SchemaField<R> as(Function<T, R> form) {
    return (value, from) -> form.apply(read(value, from));
  }
}
