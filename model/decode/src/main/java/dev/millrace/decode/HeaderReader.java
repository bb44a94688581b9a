package dev.millrace.decode;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads the numbers in an image file's header in sequence. Never reads beyond the end of the bytes.
 * Refuses a truncated header as undecodable. Not thread-safe.
 */
final class HeaderReader {

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long ONES = 0x0101_0101_0101_0101L;

  private final ImageFormat format;
  private final byte[] bytes;
  private int position;

  HeaderReader(ImageFormat format, byte[] bytes) {
    this.format = format;
    this.bytes = bytes;
  }

  /** {@return the offset of the next byte} */
  int position() {
    return position;
  }

  /** {@return the number of bytes left} */
  int remaining() {
    return bytes.length - position;
  }

  /**
   * {@return whether the next {@code count} bytes are followed by the byte {@code value} or by the
   * end of the bytes}
   */
  boolean isFollowedBy(int value, int count) {
    return count == remaining()
        || (count < remaining() && (bytes[position + count] & 0xFF) == value);
  }

  void skip(long count) {
    if (count > remaining()) {
      throw format.undecodable("is cut off after " + bytes.length + " bytes");
    }
    position += (int) count;
  }

  /**
   * Moves to the position after the next byte that equals {@code value}.
   *
   * @return whether there is such a byte; if not, the position is at the end of the bytes
   */
  boolean skipPast(int value) {
    while (remaining() >= Long.BYTES
        && !hasZero((long) LONGS.get(bytes, position) ^ (ONES * value))) {
      position += Long.BYTES;
    }
    while (position < bytes.length) {
      if ((bytes[position++] & 0xFF) == value) {
        return true;
      }
    }
    return false;
  }

  /**
   * {@return whether at least one of the eight bytes is 0} The method subtracts 1 from each byte.
   * If and only if one of the bytes is 0, the subtraction sets the highest bit of a byte in which
   * this bit was clear.
   */
  private static boolean hasZero(long bytes) {
    return ((bytes - ONES) & ~bytes & (ONES << (Byte.SIZE - 1))) != 0;
  }

  int u8() {
    skip(1);
    return bytes[position - 1] & 0xFF;
  }

  /** {@return the next two bytes, big-endian} */
  int u16() {
    return (u8() << 8) | u8();
  }

  /** {@return the next four bytes, big-endian} */
  long u32() {
    return ((long) u16() << 16) | u16();
  }

  /** {@return the next two bytes, little-endian} */
  int u16le() {
    return u8() | (u8() << 8);
  }

  /** {@return the next three bytes, little-endian} */
  int u24le() {
    return u16le() | (u8() << 16);
  }

  /** {@return the next four bytes, little-endian} */
  long u32le() {
    return u16le() | ((long) u16le() << 16);
  }

  /** {@return a view of the next {@code count} bytes, big-endian} */
  ByteBuffer slice(long count) {
    skip(count);
    return ByteBuffer.wrap(bytes, position - (int) count, (int) count).slice();
  }

  /** {@return a copy of the next {@code count} bytes} */
  byte[] bytes(int count) {
    skip(count);
    byte[] copy = new byte[count];
    System.arraycopy(bytes, position - count, copy, 0, count);
    return copy;
  }
}
