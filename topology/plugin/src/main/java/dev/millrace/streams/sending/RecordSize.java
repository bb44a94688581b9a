package dev.millrace.streams.sending;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;

/**
 * Upper bounds of what a record takes in a batch by itself, in bytes, uncompressed: Kafka's record
 * format, version 2. What is compressed may be smaller, but nobody knows before.
 */
public final class RecordSize {

  /** A batch's header, 61 bytes, and a record's own fields. */
  private static final int OVERHEAD = 61 + 21;

  /** A length, as a varint. */
  private static final int LENGTH = 5;

  private RecordSize() {}

  /** The bound of a record. Key and value may be null. */
  public static long of(byte[] key, byte[] value, Iterable<Header> headers) {
    return of(length(key), length(value), headers);
  }

  /** The bound of a record whose key and value have no more than so many bytes. */
  public static long of(long keyBytes, long valueBytes, Iterable<Header> headers) {
    long bytes = OVERHEAD + LENGTH + keyBytes + LENGTH + valueBytes + LENGTH;
    for (Header header : headers) {
      bytes += of(header);
    }
    return bytes;
  }

  /** What a header adds. */
  static long of(Header header) {
    return 2L * LENGTH
        + header.key().getBytes(StandardCharsets.UTF_8).length
        + length(header.value());
  }

  private static int length(byte[] bytes) {
    return bytes == null ? 0 : bytes.length;
  }
}
