package dev.millrace.events;

import java.nio.ByteBuffer;

/**
 * The wire format of values whose schema is in a schema registry, as Confluent's serializers write
 * it. The format is a byte 0, the schema's id in four bytes (big endian), and then the value.
 */
public final class WireFormat {

  /** Number of bytes before the value. */
  public static final int HEADER_BYTES = 5;

  private WireFormat() {}

  /**
   * {@return whether a value may be in the wire format} The first byte decides, because no image
   * format that Millrace reads begins with a byte 0.
   *
   * @param value the record's value
   */
  public static boolean begins(byte[] value) {
    return value.length >= HEADER_BYTES && value[0] == 0;
  }

  /**
   * {@return the id of the value's schema}
   *
   * @param value a value that {@linkplain #begins begins} like the wire format
   */
  public static int schemaId(byte[] value) {
    return ByteBuffer.wrap(value).getInt(1);
  }

  /**
   * {@return a buffer that starts with the header of the wire format, and has room for the value}
   *
   * @param schemaId the id of the value's schema
   * @param valueBytes size of the value, in bytes
   */
  public static ByteBuffer frame(int schemaId, int valueBytes) {
    return ByteBuffer.allocate(HEADER_BYTES + valueBytes).put((byte) 0).putInt(schemaId);
  }
}
