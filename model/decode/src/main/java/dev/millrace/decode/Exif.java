package dev.millrace.decode;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Finds the orientation in EXIF data (Exif 2.32, a TIFF directory). If the data is damaged or has
 * no orientation, the picture counts as upright. The picture is not refused, because its pixels do
 * not depend on the EXIF data.
 */
final class Exif {

  /** The bytes before the directory in a JPEG. Some writers put them into a PNG or WebP as well. */
  private static final byte[] PREFIX = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);

  private static final int LITTLE_ENDIAN = 0x4949;
  private static final int BIG_ENDIAN = 0x4D4D;
  private static final int TIFF = 42;
  private static final int ENTRY = 12;
  private static final int ORIENTATION = 0x0112;
  private static final int BYTE = 1;
  private static final int SHORT = 3;
  private static final int LONG = 4;
  private static final int SIGNED_BYTE = 6;
  private static final int SIGNED_SHORT = 8;
  private static final int SIGNED_LONG = 9;

  private Exif() {}

  /**
   * {@return the orientation of the picture in an image file} The caller has already checked the
   * file's header.
   */
  static Orientation orientation(ImageFormat format, byte[] encoded) {
    HeaderReader in = new HeaderReader(format, encoded);
    return switch (format) {
      case JPEG -> orientation(JpegHeader.exif(in));
      case PNG -> orientation(PngExif.find(in));
      case WEBP -> orientation(WebpHeader.exif(in));
      case TIFF -> Orientation.of(TiffDirectory.read(encoded).orientation());
      case GIF, BMP -> Orientation.UPRIGHT;
    };
  }

  /** {@return whether the bytes begin with the prefix of EXIF data} */
  static boolean hasPrefix(ByteBuffer bytes) {
    return bytes.remaining() >= PREFIX.length
        && bytes.slice(bytes.position(), PREFIX.length).equals(ByteBuffer.wrap(PREFIX));
  }

  /**
   * {@return the orientation in EXIF data}
   *
   * @param exif the EXIF data, with or without its prefix; empty if the file has no EXIF data
   */
  static Orientation orientation(ByteBuffer exif) {
    ByteBuffer tiff = exif.slice();
    while (hasPrefix(tiff)) {
      tiff.position(tiff.position() + PREFIX.length);
    }
    tiff = tiff.slice();
    try {
      return inDirectory(tiff);
    } catch (BufferUnderflowException e) {
      return Orientation.UPRIGHT;
    }
  }

  private static Orientation inDirectory(ByteBuffer tiff) {
    int order = tiff.getShort();
    if (order != LITTLE_ENDIAN && order != BIG_ENDIAN) {
      return Orientation.UPRIGHT;
    }
    tiff.order(order == LITTLE_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int magic = tiff.getShort();
    int directory = tiff.getInt();
    if (magic != TIFF || directory < 0 || directory > tiff.limit()) {
      return Orientation.UPRIGHT;
    }
    tiff.position(directory);
    int entries = tiff.getShort() & 0xFFFF;
    for (int i = 0; i < entries; i++) {
      int entry = tiff.position();
      if ((tiff.getShort() & 0xFFFF) == ORIENTATION) {
        return Orientation.of(value(tiff));
      }
      tiff.position(Math.min(entry + ENTRY, tiff.limit()));
    }
    return Orientation.UPRIGHT;
  }

  /**
   * {@return the number that a directory entry holds; 0 if the entry does not hold exactly one
   * number} The buffer's position must be after the entry's tag.
   */
  private static long value(ByteBuffer entry) {
    int type = entry.getShort();
    int count = entry.getInt();
    if (count != 1) {
      return 0;
    }
    return switch (type) {
      case BYTE, SIGNED_BYTE -> entry.get() & 0xFF;
      case SHORT, SIGNED_SHORT -> entry.getShort() & 0xFFFF;
      case LONG, SIGNED_LONG -> entry.getInt() & 0xFFFF_FFFFL;
      default -> 0;
    };
  }
}
