package dev.millrace.decode;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Recognises common kinds of files that the decoder cannot read, so that the dead letter can name
 * the kind.
 */
final class ForeignContent {

  private static final String HEIC = "a HEIC image";
  private static final String AVIF = "an AVIF image";
  private static final String BASE64 = "an image in base64 text";

  private static final String JSON = "JSON without the content type application/json";

  private static final Signature CONTAINER = Signature.of("........66747970");
  private static final int BRANDS_START = 8;
  private static final int BRANDS_END = 256;
  private static final Signature BYTE_ORDER_MARK = Signature.of("EFBBBF");

  private static final Pattern DRAWING_OR_PAGE = Pattern.compile("<svg|<html|<!doctype html");

  /** The number of bytes at the beginning of a text that are searched for the kind of text. */
  private static final int BEGINNING = 4096;

  /** The first bytes of each kind of file, in hexadecimal, and the name of the kind. */
  private static final List<Map.Entry<Signature, String>> FILES =
      List.of(
          Map.entry(Signature.of("FF0A"), "a JPEG XL image"),
          Map.entry(Signature.of("0000000C4A584C20"), "a JPEG XL image"),
          Map.entry(Signature.of("0000000C6A502020"), "a JPEG 2000 image"),
          Map.entry(Signature.of("FF4FFF51"), "a JPEG 2000 image"),
          Map.entry(Signature.of("49492B00"), "a BigTIFF image"),
          Map.entry(Signature.of("4D4D002B"), "a BigTIFF image"),
          Map.entry(Signature.of("00000100"), "an icon (ICO)"),
          Map.entry(Signature.of("38425053"), "a Photoshop document"),
          Map.entry(Signature.of("255044462D"), "a PDF document"),
          Map.entry(Signature.of("1F8B"), "a gzip file"),
          Map.entry(Signature.of("504B0304"), "a ZIP file"),
          Map.entry(Signature.of("4F626A01"), "an Avro file"),
          Map.entry(Signature.of("50415231"), "a Parquet file"));

  /** The beginning of each kind of text, in lower case, and the name of the kind. */
  private static final List<Map.Entry<String, String>> TEXTS =
      List.of(
          Map.entry("data:", "a data URL"),
          Map.entry("/9j/", BASE64),
          Map.entry("ivborw0kggo", BASE64),
          Map.entry("r0lgod", BASE64),
          Map.entry("uklgr", BASE64),
          Map.entry("http://", "a URL"),
          Map.entry("https://", "a URL"),
          Map.entry("version https://git-lfs", "a Git LFS pointer"),
          Map.entry("{", JSON),
          Map.entry("[", JSON),
          Map.entry("\"", JSON));

  /**
   * Number of bytes before a value in the wire format of a schema registry: a byte 0, and the
   * schema's id in four bytes.
   */
  private static final int REGISTERED_BYTES = 5;

  private ForeignContent() {}

  /**
   * {@return the kind of the file with its article, for example {@code an SVG drawing}; empty if
   * the kind is unknown}
   */
  static Optional<String> name(byte[] file) {
    for (Map.Entry<Signature, String> known : FILES) {
      if (known.getKey().isAtStartOf(file)) {
        return Optional.of(known.getValue());
      }
    }
    if (CONTAINER.isAtStartOf(file)) {
      return Optional.of(container(file));
    }
    return file.length > REGISTERED_BYTES && file[0] == 0 ? registered(file) : text(file);
  }

  /**
   * {@return the kind of a value in the wire format of a schema registry} The value begins with a
   * byte 0 and the schema's id in four bytes (big endian). The result is empty if the id is below
   * 1, because ids start at 1.
   */
  private static Optional<String> registered(byte[] file) {
    int id = ByteBuffer.wrap(file).getInt(1);
    return id < 1
        ? Optional.empty()
        : Optional.of("a record of a schema registry (schema id " + id + ")");
  }

  /**
   * {@return the kind of a file in the ISO base media format (ISO/IEC 14496-12), according to the
   * file's brands}
   */
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
    int start = BYTE_ORDER_MARK.isAtStartOf(file) ? BYTE_ORDER_MARK.length() : 0;
    String text = text(file, start, BEGINNING).stripLeading().toLowerCase(Locale.ROOT);
    if (text.startsWith("<")) {
      return Optional.of(markup(text));
    }
    return TEXTS.stream()
        .filter(known -> text.startsWith(known.getKey()))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /** {@return the kind of an XML or HTML text, according to its first known element} */
  private static String markup(String text) {
    Matcher element = DRAWING_OR_PAGE.matcher(text);
    if (!element.find()) {
      return "an XML document";
    }
    return element.group().equals("<svg") ? "an SVG drawing" : "an HTML page";
  }

  private static String text(byte[] file, int from, int to) {
    int end = Math.min(file.length, to);
    return new String(file, from, Math.max(end - from, 0), StandardCharsets.ISO_8859_1);
  }
}
