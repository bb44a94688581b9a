package dev.millrace.onnx;

import java.util.regex.Pattern;

/** Text out of a stranger's file or library, made fit to stand in a one-line message. */
final class OneLine {

  private static final int LONGEST = 300;
  private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}]");

  private OneLine() {}

  /** The text without line breaks and control characters, cut where it gets too long. */
  static String of(String text) {
    String line = UNPRINTABLE.matcher(text).replaceAll("?");
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
  }

  /** A name out of a model, in quotation marks. */
  static String quoted(String name) {
    return "'" + of(name) + "'";
  }
}
