package dev.millrace.blobs;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Splits and decodes the path of a URI. */
final class PathSegments {

  private PathSegments() {}

  /**
   * {@return the decoded segments} The list is empty for an empty path and for a single slash. If
   * the path ends with a slash, the last segment is empty.
   *
   * @param raw the path, still encoded as in the URI
   * @throws IllegalArgumentException if a segment is not UTF-8, has control characters, or could
   *     mean another folder or several segments after it is decoded once or several times
   */
  static List<String> of(String raw) {
    if (raw.isEmpty() || raw.equals("/")) {
      return List.of();
    }
    List<String> decoded = new ArrayList<>();
    for (String segment : Arrays.asList(raw.split("/", -1)).subList(1, segments(raw))) {
      decoded.add(decode(segment));
    }
    return List.copyOf(decoded);
  }

  /** Refuses empty segments other than the last one, because some servers ignore them. */
  static List<String> requireWhole(List<String> path) {
    if (!path.isEmpty() && path.subList(0, path.size() - 1).contains("")) {
      throw new IllegalArgumentException("its path has two slashes in a row");
    }
    return path;
  }

  private static int segments(String raw) {
    return (int) raw.chars().filter(c -> c == '/').count() + 1;
  }

  private static String decode(String segment) {
    String once;
    try {
      once = decodeOnce(segment);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("its path is not UTF-8", null);
    }
    if (once.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("its path has control characters");
    }
    requireOneName(segment);
    return once;
  }

  /**
   * Refuses a segment that a server might read as another folder or as several segments. Some
   * servers decode a path twice, and some cut off everything after a semicolon.
   */
  private static void requireOneName(String segment) {
    String text = segment;
    while (true) {
      int semicolon = text.indexOf(';');
      String name = semicolon < 0 ? text : text.substring(0, semicolon);
      if (name.equals(".") || name.equals("..")) {
        throw new IllegalArgumentException("its path has . or ..");
      }
      if (text.indexOf('/') >= 0 || text.indexOf('\\') >= 0 || text.indexOf('\0') >= 0) {
        throw new IllegalArgumentException("its path has an encoded slash or backslash");
      }
      String decoded;
      try {
        decoded = decodeOnce(text);
      } catch (CharacterCodingException e) {
        return;
      }
      if (decoded.equals(text)) {
        return;
      }
      text = decoded;
    }
  }

  private static String decodeOnce(String text) throws CharacterCodingException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream decoded = new ByteArrayOutputStream(bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
      int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
      if (bytes[i] == '%' && high >= 0 && low >= 0) {
        decoded.write(high * 16 + low);
        i += 2;
      } else {
        decoded.write(bytes[i]);
      }
    }
    return StandardCharsets.UTF_8
        .newDecoder()
        .decode(ByteBuffer.wrap(decoded.toByteArray()))
        .toString();
  }
}
