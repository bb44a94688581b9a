package dev.millrace.service.command.demo.board;

import java.util.Locale;

/** Text for the cells of a terminal. */
final class Text {

  private Text() {}

  /** {@return a text cut to a number of cells, with question marks for control characters} */
  static String fit(String text, int cells) {
    String printable = text.replaceAll("\\p{Cntrl}", "?");
    return printable.length() <= cells
        ? printable
        : printable.substring(0, Math.max(0, cells - 1)) + "…";
  }

  /** {@return a text, filled up with spaces to a number of cells} */
  static String padded(String text, int cells) {
    return text + " ".repeat(Math.max(0, cells - text.length()));
  }

  /** {@return a time as minutes and seconds, for example {@code 1:05}} */
  static String clock(double seconds) {
    long whole = (long) seconds;
    return String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60);
  }
}
