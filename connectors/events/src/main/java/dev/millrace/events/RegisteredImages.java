package dev.millrace.events;

/** Reads image events in the {@link WireFormat} of a schema registry. */
@FunctionalInterface
public interface RegisteredImages {

  /**
   * Reads an event. Several threads may call this method at a time.
   *
   * @param value a value that {@linkplain WireFormat#begins begins} like the wire format
   * @return the image, or the reason why the value holds no image
   * @throws org.apache.kafka.common.KafkaException if the registry does not answer; the caller must
   *     read the event again, because the event may be valid
   */
  ImageEvent read(byte[] value);
}
