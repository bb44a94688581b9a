package dev.millrace.connect.folder;

import java.nio.charset.StandardCharsets;

/** Detects the media type of an image file by its first bytes. */
public final class ContentType {

  /** Number of bytes that {@link #of} needs. */
  public static final int LENGTH = 12;

  private ContentType() {}

  /**
   * {@return the media type, for example {@code image/png}, or {@code application/octet-stream} if
   * the file is not an image that Millrace can read}
   *
   * @param file the file, or at least its first {@link #LENGTH} bytes
   */
  public static String of(byte[] file) {
    String start = new String(file, 0, Math.min(file.length, LENGTH), StandardCharsets.ISO_8859_1);
    if (start.startsWith("\u00ff\u00d8\u00ff")) {
      return "image/jpeg";
    } else if (start.startsWith("\u0089PNG\r\n\u001a\n")) {
      return "image/png";
    } else if (start.startsWith("GIF87a") || start.startsWith("GIF89a")) {
      return "image/gif";
    } else if (start.startsWith("BM")) {
      return "image/bmp";
    } else if (start.startsWith("RIFF") && start.startsWith("WEBP", 8)) {
      return "image/webp";
    } else if (start.startsWith("II*\0") || start.startsWith("MM\0*")) {
      return "image/tiff";
    }
    return "application/octet-stream";
  }
}
