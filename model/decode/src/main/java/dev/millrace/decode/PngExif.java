package dev.millrace.decode;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Finds the EXIF data of a PNG. The data is in a chunk eXIf (PNG extensions 1.5). Before this chunk
 * existed, ImageMagick and other programs wrote the data as the text {@code Raw profile type exif}
 * in a chunk zTXt, tEXt or iTXt. This text consists of a line break, {@code exif}, the length, and
 * hexadecimal digits.
 */
final class PngExif {

  private static final int SIGNATURE = 8;
  private static final int CHECKSUM = 4;
  private static final int CHUNK = 12;
  private static final long EXIF = 0x65584966;
  private static final long TEXT = 0x74455874;
  private static final long COMPRESSED_TEXT = 0x7A545874;
  private static final long INTERNATIONAL_TEXT = 0x69545874;

  private static final byte[] KEYWORD =
      "Raw profile type exif\0".getBytes(StandardCharsets.ISO_8859_1);

  /** The number of lines of the text before its digits. */
  private static final int LINES = 3;

  /**
   * The largest number of bytes to decompress. This is enough, because the orientation is near the
   * beginning.
   */
  private static final int MAX_TEXT = 256 << 10;

  private PngExif() {}

  /** {@return the EXIF data; empty if there is none} */
  static ByteBuffer find(HeaderReader in) {
    ByteBuffer profile = null;
    in.skip(SIGNATURE);
    while (in.remaining() >= CHUNK) {
      long length = in.u32();
      long type = in.u32();
      if (length + CHECKSUM > in.remaining()) {
        break;
      }
      ByteBuffer data = in.slice(length);
      in.skip(CHECKSUM);
      if (type == EXIF) {
        return data;
      }
      if (profile == null && isText(type) && isProfile(data)) {
        profile = profile(type, data.position(KEYWORD.length));
      }
    }
    return profile == null ? ByteBuffer.allocate(0) : profile;
  }

  private static boolean isText(long type) {
    return type == TEXT || type == COMPRESSED_TEXT || type == INTERNATIONAL_TEXT;
  }

  private static boolean isProfile(ByteBuffer data) {
    return data.remaining() > KEYWORD.length
        && data.slice(0, KEYWORD.length).equals(ByteBuffer.wrap(KEYWORD));
  }

  /** {@return the bytes that the text after the keyword contains as hexadecimal digits} */
  private static ByteBuffer profile(long type, ByteBuffer text) {
    boolean compressed = type == COMPRESSED_TEXT;
    if (type == COMPRESSED_TEXT) {
      text.get(); // skips the compression method; only one exists
    }
    if (type == INTERNATIONAL_TEXT) {
      compressed = text.get() != 0;
      skipPast(0, text); // skips the method, language and translated keyword
      skipPast(0, text);
      skipPast(0, text);
    }
    byte[] bytes = new byte[text.remaining()];
    text.get(bytes);
    return fromDigits(compressed ? inflate(bytes) : bytes);
  }

  private static void skipPast(int value, ByteBuffer text) {
    while (text.hasRemaining() && text.get() != value) {
      // The loop has no body, because the call of get() moves the position.
    }
  }

  private static ByteBuffer fromDigits(byte[] text) {
    ByteBuffer digits = ByteBuffer.wrap(text);
    for (int line = 0; line < LINES; line++) {
      skipPast('\n', digits);
    }
    ByteBuffer bytes = ByteBuffer.allocate(digits.remaining() / 2 + 1);
    int high = -1;
    while (digits.hasRemaining()) {
      int digit = Character.digit(digits.get(), 16);
      if (digit >= 0 && high >= 0) {
        bytes.put((byte) (high << 4 | digit));
        high = -1;
      } else if (digit >= 0) {
        high = digit;
      }
    }
    return bytes.flip();
  }

  /**
   * {@return the decompressed beginning of the text; for a damaged text, the part before the
   * damage}
   */
  private static byte[] inflate(byte[] compressed) {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(compressed);
      byte[] text = new byte[MAX_TEXT];
      int length = 0;
      int count = -1;
      while (length < text.length && count != 0) {
        count = inflater.inflate(text, length, text.length - length);
        length += count;
      }
      return Arrays.copyOf(text, length);
    } catch (DataFormatException e) {
      return new byte[0];
    } finally {
      inflater.end();
    }
  }
}
