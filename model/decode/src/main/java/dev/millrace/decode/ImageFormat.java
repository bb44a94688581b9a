package dev.millrace.decode;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.BadImageException.Reason;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * The supported formats. A file is refused if it does not begin with the signature of one of these
 * formats. So the native library's parsers of other formats never read untrusted bytes.
 */
enum ImageFormat {
  JPEG("JPEG", "FFD8FF"),
  PNG("PNG", "89504E470D0A1A0A"),
  GIF("GIF", "47494638"),
  BMP("BMP", "424D"),
  WEBP("WebP", "52494646........57454250"),
  TIFF("TIFF", "49492A00", "4D4D002A");

  private static final List<ImageFormat> FORMATS = List.of(values());

  private static final int SHOWN_BYTES = 8;

  private static final String SUPPORTED = "a JPEG, PNG, GIF, BMP, WebP or TIFF image";

  private final String title;

  @SuppressWarnings("ImmutableEnumChecker") // an unmodifiable list
  private final List<Signature> signatures;

  /**
   * @param signatures the first bytes in hexadecimal, as {@link Signature#of} reads them; a file
   *     has one of them
   */
  ImageFormat(String title, String... signatures) {
    this.title = title;
    this.signatures = Arrays.stream(signatures).map(Signature::of).toList();
  }

  /** {@return the format whose signature is at the beginning of {@code encoded}} */
  static ImageFormat of(byte[] encoded) {
    for (ImageFormat format : FORMATS) {
      for (Signature signature : format.signatures) {
        if (signature.isAtStartOf(encoded)) {
          return format;
        }
      }
    }
    throw new BadImageException(
        Reason.UNKNOWN_FORMAT,
        ForeignContent.name(encoded)
            .map(name -> "the value is " + name + ", which is not supported; send " + SUPPORTED)
            .orElseGet(() -> unknown(encoded)));
  }

  private static String unknown(byte[] encoded) {
    byte[] shown = Arrays.copyOf(encoded, Math.min(encoded.length, SHOWN_BYTES));
    return "the value begins with the bytes "
        + HexFormat.of().formatHex(shown)
        + " and is not "
        + SUPPORTED;
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
}
