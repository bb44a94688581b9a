package dev.millrace.decode;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads the numbers of an image file's header one after the other, never past the end of the bytes:
 * a header that is cut off is refused as undecodable. For one thread.
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

  /** Offset of the next byte. */
  int position() {
    return position;
  }

  /** Bytes that are left. */
  int remaining() {
    return bytes.length - position;
  }

  void skip(long count) {
    if (count > remaining()) {
      throw format.undecodable("is cut off after " + bytes.length + " bytes");
    }
    position += (int) count;
  }

  /** Goes on behind the next byte of this value; false, and at the end, if there is none. */
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

  /** Whether one of its eight bytes is 0: only then does subtracting 1 set a high bit anew. */
  private static boolean hasZero(long bytes) {
    return ((bytes - ONES) & ~bytes & (ONES << (Byte.SIZE - 1))) != 0;
  }

  int u8() {
    skip(1);
    return bytes[position - 1] & 0xFF;
  }

  /** Two bytes, big end first. */
  int u16() {
    return (u8() << 8) | u8();
  }

  /** Four bytes, big end first. */
  long u32() {
    return ((long) u16() << 16) | u16();
  }

  /** Two bytes, little end first. */
  int u16le() {
    return u8() | (u8() << 8);
  }

  /** Three bytes, little end first. */
  int u24le() {
    return u16le() | (u8() << 16);
  }

  /** Four bytes, little end first. */
  long u32le() {
    return u16le() | ((long) u16le() << 16);
  }

  /** Copies the next {@code count} bytes. */
  byte[] bytes(int count) {
    skip(count);
    byte[] copy = new byte[count];
    System.arraycopy(bytes, position - count, copy, 0, count);
    return copy;
  }
}
