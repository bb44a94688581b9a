package dev.millrace.events;

import java.io.IOException;

/** Reads labels whose schema is in a schema registry. Thread-safe. */
@FunctionalInterface
public interface RegisteredLabels {

  /**
   * Reads a label. Several threads may call this method at a time.
   *
   * @param value a value that {@linkplain WireFormat#begins begins} like the wire format
   * @return the name of the class
   * @throws IOException if the value holds no label; the message says why
   * @throws org.apache.kafka.common.KafkaException if the registry does not answer; the caller must
   *     read the value again, because it may be valid
   */
  String read(byte[] value) throws IOException;
}
