package dev.millrace.decode;

/**
 * Reads the numbers of an image file's header one after the other, never past the end of the bytes:
 * a header that is cut off is refused as undecodable. For one thread.
 */
final class HeaderReader {

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
    while (position < bytes.length) {
      if ((bytes[position++] & 0xFF) == value) {
        return true;
      }
    }
    return false;
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
