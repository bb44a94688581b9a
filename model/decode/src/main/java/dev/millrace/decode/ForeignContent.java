package dev.millrace.decode;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Recognises files that people send although the decoder does not read them, so that the dead letter
 * can name them.
 */
final class ForeignContent {

  private static final String HEIC = "a HEIC image";
  private static final String AVIF = "an AVIF image";
  private static final String BASE64 = "an image in base64 text";

  private static final Signature CONTAINER = Signature.of("........66747970");
  private static final int BRANDS_START = 8;
  private static final int BRANDS_END = 256;
  private static final Signature BYTE_ORDER_MARK = Signature.of("EFBBBF");

  /** The bytes at a text's beginning in which its kind is looked for. */
  private static final int BEGINNING = 4096;

  private static final List<Map.Entry<Signature, String>> FILES =
      List.of(
          file("FF0A", "a JPEG XL image"),
          file("0000000C4A584C20", "a JPEG XL image"),
          file("0000000C6A502020", "a JPEG 2000 image"),
          file("FF4FFF51", "a JPEG 2000 image"),
          file("49492B00", "a BigTIFF image"),
          file("4D4D002B", "a BigTIFF image"),
          file("00000100", "an icon (ICO)"),
          file("38425053", "a Photoshop document"),
          file("255044462D", "a PDF document"),
          file("1F8B", "a gzip file"),
          file("504B0304", "a ZIP file"));

  /** Texts by their beginning, in lower case. */
  private static final List<Map.Entry<String, String>> TEXTS =
      List.of(
          Map.entry("data:", "a data URL"),
          Map.entry("/9j/", BASE64),
          Map.entry("ivborw0kggo", BASE64),
          Map.entry("r0lgod", BASE64),
          Map.entry("uklgr", BASE64),
          Map.entry("http://", "a URL"),
          Map.entry("https://", "a URL"),
          Map.entry("version https://git-lfs", "a Git LFS pointer"));

  private ForeignContent() {}

  /** {@return what the file is, with its article; empty if it is unknown} */
  static Optional<String> name(byte[] file) {
    for (Map.Entry<Signature, String> known : FILES) {
      if (known.getKey().begins(file)) {
        return Optional.of(known.getValue());
      }
    }
    return CONTAINER.begins(file) ? Optional.of(container(file)) : text(file);
  }

  /** {@return the name of a file of the ISO container (ISO/IEC 14496-12), by its brands} */
  private static String container(byte[] file) {
    String brands = text(file, BRANDS_START, BRANDS_END);
    if (brands.startsWith("avi")) {
      return AVIF;
    }
    if (brands.startsWith("he")) {
      return HEIC;
    }
    if (brands.startsWith("mif1") || brands.startsWith("msf1")) {
      return brands.contains("avif") ? AVIF : HEIC;
    }
    return "a video (MP4 or QuickTime)";
  }

  private static Optional<String> text(byte[] file) {
    int start = BYTE_ORDER_MARK.begins(file) ? BYTE_ORDER_MARK.length() : 0;
    String text = text(file, start, BEGINNING).stripLeading().toLowerCase(Locale.ROOT);
    if (text.startsWith("<")) {
      return Optional.of(markup(text));
    }
    return TEXTS.stream()
        .filter(known -> text.startsWith(known.getKey()))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /** {@return the name of a text of elements, by the element that comes first} */
  private static String markup(String text) {
    int svg = text.indexOf("<svg");
    int html = text.indexOf("html");
    if (svg >= 0 && (html < 0 || svg < html)) {
      return "an SVG drawing";
    }
    return html >= 0 ? "an HTML page" : "an XML document";
  }

  private static String text(byte[] file, int from, int to) {
    int end = Math.min(file.length, to);
    return new String(file, from, Math.max(end - from, 0), StandardCharsets.ISO_8859_1);
  }

  private static Map.Entry<Signature, String> file(String digits, String name) {
    return Map.entry(Signature.of(digits), name);
  }
}
