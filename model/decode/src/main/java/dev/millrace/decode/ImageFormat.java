package dev.millrace.decode;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.BadImageException.Reason;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The supported formats. A file that does not begin with the signature of one of these formats is
 * refused, so that the native library's parsers of other formats never read untrusted bytes.
 */
enum ImageFormat {
  JPEG("JPEG", "FFD8FF"),
  PNG("PNG", "89504E470D0A1A0A"),
  GIF("GIF", "47494638"),
  BMP("BMP", "424D"),
  WEBP("WebP", "52494646........57454250");

  private static final int SHOWN_BYTES = 8;

  private final String title;
  private final String signature;

  /**
   * @param signature the first bytes in hexadecimal; {@code ..} stands for any byte
   */
  ImageFormat(String title, String signature) {
    this.title = title;
    this.signature = signature;
  }

  /** {@return the format whose signature {@code encoded} begins with} */
  static ImageFormat of(byte[] encoded) {
    for (ImageFormat format : values()) {
      if (format.begins(encoded)) {
        return format;
      }
    }
    byte[] shown = Arrays.copyOf(encoded, Math.min(encoded.length, SHOWN_BYTES));
    throw new BadImageException(
        Reason.UNKNOWN_FORMAT,
        "the value begins with the bytes "
            + HexFormat.of().formatHex(shown)
            + " and is not a JPEG, PNG, GIF, BMP or WebP image");
  }

  /** {@return the exception that refuses an image of this format} */
  BadImageException undecodable(String why) {
    return undecodable(why, null);
  }

  BadImageException undecodable(String why, Throwable cause) {
    return new BadImageException(Reason.UNDECODABLE, "the " + title + " image " + why, cause);
  }

  /** {@return the format's name in its usual spelling} */
  @Override
  public String toString() {
    return title;
  }

  private boolean begins(byte[] encoded) {
    if (encoded.length < signature.length() / 2) {
      return false;
    }
    for (int i = 0; i < signature.length() / 2; i++) {
      String digits = signature.substring(2 * i, 2 * i + 2);
      if (!digits.equals("..") && HexFormat.fromHexDigits(digits) != (encoded[i] & 0xFF)) {
        return false;
      }
    }
    return true;
  }
}
