package dev.millrace.streams.sending;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;

/**
 * Upper bounds of a record's size, in bytes. These bounds assume that the record is alone in its
 * batch and is not compressed, in Kafka's record format version 2. Compression may make the record
 * smaller, but the saving is not known in advance.
 */
public final class RecordSize {

  /** A batch's header of 61 bytes, and a record's own fields. */
  private static final int OVERHEAD = 61 + 21;

  /** Largest size of a length field, a varint, in bytes. */
  private static final int LENGTH = 5;

  private RecordSize() {}

  /**
   * Returns the upper bound of a record's size.
   *
   * @param key the key, or null
   * @param value the value, or null
   * @param headers the headers
   * @return the largest size, in bytes
   */
  public static long of(byte[] key, byte[] value, Iterable<Header> headers) {
    return of(length(key), length(value), headers);
  }

  /**
   * Returns the upper bound of the size of a record whose key and value are not known yet.
   *
   * @param keyBytes the largest size of the key
   * @param valueBytes the largest size of the value
   * @param headers the headers
   * @return the largest size, in bytes
   */
  public static long of(long keyBytes, long valueBytes, Iterable<Header> headers) {
    long bytes = OVERHEAD + LENGTH + keyBytes + LENGTH + valueBytes + LENGTH;
    for (Header header : headers) {
      bytes += of(header);
    }
    return bytes;
  }

  /** {@return the largest number of bytes that a header adds} */
  static long of(Header header) {
    return 2L * LENGTH
        + header.key().getBytes(StandardCharsets.UTF_8).length
        + length(header.value());
  }

  private static int length(byte[] bytes) {
    return bytes == null ? 0 : bytes.length;
  }
}
