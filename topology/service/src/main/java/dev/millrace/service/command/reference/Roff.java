package dev.millrace.service.command.reference;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Builds the source of a manual page. Text is escaped, except in {@link #raw}. Used by one thread.
 */
final class Roff {

  private final StringBuilder page = new StringBuilder();

  /** {@return escaped text in bold} */
  static String bold(String text) {
    return "\\fB" + escaped(text) + "\\fR";
  }

  /** {@return escaped text in italics; empty text stays empty} */
  static String italic(String text) {
    return text.isEmpty() ? "" : "\\fI" + escaped(text) + "\\fR";
  }

  void macro(String name, String... arguments) {
    page.append('.').append(name);
    page.append(
        Arrays.stream(arguments)
            .map(argument -> " \"" + escaped(argument).replace("\"", "\\(dq") + '"')
            .collect(Collectors.joining()));
    page.append('\n');
  }

  void section(String title) {
    macro("SH", title);
  }

  void subsection(String title) {
    macro("SS", title);
  }

  void paragraph(String text) {
    macro("PP");
    text(text);
  }

  /** Adds a term with an indented explanation below it. */
  void item(String term, String text) {
    macro("TP");
    raw(term);
    text(text);
  }

  /** Adds lines that keep their line breaks. */
  void lines(List<String> lines) {
    macro("nf");
    lines.forEach(this::text);
    macro("fi");
  }

  void text(String text) {
    raw(escaped(text));
  }

  /** Adds a line of source without escaping it. */
  void raw(String source) {
    boolean control = source.startsWith(".") || source.startsWith("'");
    page.append(control ? "\\&" : "").append(source).append('\n');
  }

  /**
   * Escapes a text. roff would print an unescaped hyphen as a typographic hyphen, and an option
   * copied from the page would then not work in a shell.
   */
  private static String escaped(String text) {
    return text.replace("\\", "\\e")
        .replace("-", "\\-")
        .replace("'", "\\(aq")
        .replace("`", "\\(ga");
  }

  @Override
  public String toString() {
    return page.toString();
  }
}
