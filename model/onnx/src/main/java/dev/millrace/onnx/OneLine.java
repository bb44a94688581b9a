package dev.millrace.onnx;

import java.util.regex.Pattern;

/** Shortens text from a file or a library, so that it fits into a message of one line. */
final class OneLine {

  private static final int LONGEST = 300;
  private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}]");

  private OneLine() {}

  /**
   * {@return the text with a question mark in place of each line break or control character,
   * truncated after 300 characters}
   */
  static String of(String text) {
    String line = UNPRINTABLE.matcher(text).replaceAll("?");
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
  }

  /** {@return a name from a model, in quotation marks} */
  static String quoted(String name) {
    return "'" + of(name) + "'";
  }
}
