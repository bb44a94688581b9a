package dev.millrace.decode;

import dev.millrace.core.image.BadImageException;
import java.util.Arrays;
import java.util.Set;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Checks that a strip or tile of a TIFF is complete, because libtiff does not report missing data
 * to OpenCV. libtiff itself decodes the strip or tile. The time is proportional to the number of
 * compressed bytes read plus the number of bytes after decompression.
 */
final class TiffStrip {

  static final int NONE = 1;
  static final int LZW = 5;
  static final int JPEG = 7;
  static final int DEFLATE = 8;
  static final int PACK_BITS = 32773;
  static final int OLD_DEFLATE = 32946;

  /** The compressions that are supported, by their numbers in the file. */
  static final Set<Integer> COMPRESSIONS = Set.of(NONE, LZW, JPEG, DEFLATE, PACK_BITS, OLD_DEFLATE);

  private static final int END_OF_IMAGE = 0xFFD9;
  private static final int BUFFER = 1 << 14;
  private static final int NO_OPERATION = 128;

  /** The largest number of scans of a JPEG in a strip; a progressive JPEG has about 10. */
  private static final int MAX_PASSES = 24;

  private final byte[] bytes;
  private final int compression;

  /**
   * @param start offset of the first byte
   * @param length number of bytes, all of them in the file
   * @param compression one of {@link #COMPRESSIONS}
   */
  TiffStrip(byte[] file, int start, int length, int compression) {
    bytes = Arrays.copyOfRange(file, start, start + length);
    this.compression = compression;
  }

  /**
   * Refuses a strip that is damaged or too short.
   *
   * @param expected the number of bytes that the strip must have after decompression
   * @param pixels the largest number of pixels that a JPEG in the strip may have
   */
  void requireWhole(long expected, long pixels) {
    if (compression == JPEG) {
      requireWholeJpeg(pixels);
    } else if (length(expected) < expected) {
      throw ImageFormat.TIFF.undecodable("is damaged: a strip or tile is cut off");
    }
  }

  /**
   * {@return the number of bytes of the strip after decompression} The method may stop counting at
   * {@code expected} bytes.
   */
  private long length(long expected) {
    return switch (compression) {
      case LZW -> TiffLzw.length(new HeaderReader(ImageFormat.TIFF, bytes), expected);
      case PACK_BITS -> unpacked(expected);
      case DEFLATE, OLD_DEFLATE -> inflated(expected);
      default -> bytes.length;
    };
  }

  private long unpacked(long expected) {
    HeaderReader in = new HeaderReader(ImageFormat.TIFF, bytes);
    long length = 0;
    while (length < expected) {
      int head = in.u8();
      if (head < NO_OPERATION) {
        in.skip(head + 1);
        length += head + 1;
      } else if (head > NO_OPERATION) {
        in.skip(1);
        length += 257 - head;
      }
    }
    return length;
  }

  private long inflated(long expected) {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(bytes);
      byte[] buffer = new byte[BUFFER];
      long length = 0;
      int count = 1;
      // The loop reads to the end of the stream, because the checksum is there. It stops earlier if
      // the stream is incomplete or too long.
      while (count > 0 && length <= expected) {
        count = inflater.inflate(buffer);
        length += count;
      }
      return length;
    } catch (DataFormatException e) {
      throw ImageFormat.TIFF.undecodable("is damaged: a strip or tile cannot be inflated", e);
    } finally {
      inflater.end();
    }
  }

  private void requireWholeJpeg(long pixels) {
    HeaderReader in = new HeaderReader(ImageFormat.JPEG, bytes);
    ImageHeader jpeg;
    try {
      jpeg = JpegHeader.read(in);
    } catch (BadImageException e) {
      throw ImageFormat.TIFF.undecodable("is damaged: in a strip or tile, " + e.getMessage(), e);
    }
    if (jpeg.pixels() > pixels || jpeg.passes() > MAX_PASSES) {
      throw ImageFormat.TIFF.undecodable(
          String.format(
              "has a strip or tile of %d pixels, with a JPEG of %dx%d pixels in %d scans",
              pixels, jpeg.width(), jpeg.height(), jpeg.passes()));
    }
    int end = in.position() - Short.BYTES;
    if (((bytes[end] & 0xFF) << Byte.SIZE | (bytes[end + 1] & 0xFF)) != END_OF_IMAGE) {
      throw ImageFormat.TIFF.undecodable("is damaged: a strip or tile is cut off");
    }
  }
}
