package dev.millrace.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads licence texts by their SPDX identifiers.
 *
 * @param folder the folder with one file {@code ID.txt} per licence
 */
record StandardTexts(Path folder) {

  /** The copyright line of a standard licence text, with placeholders for the year and the name. */
  private static final Pattern BLANK = Pattern.compile("(?im)^.*<year>.*$");

  /**
   * Number of characters at the beginning of a licence text in which the copyright line must begin.
   * A {@code <year>} after this limit belongs to the instructions for using the licence.
   */
  private static final int HEAD = 100;

  private static final String MISSING = "404: Not Found";

  /** Returns the text of a licence, or empty if the folder has no such text. */
  Optional<String> text(String id) throws IOException {
    Path file = folder.resolve(id + ".txt");
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    return Optional.of(Files.readString(file)).filter(text -> !text.startsWith(MISSING));
  }

  /** Returns whether a text has a copyright line that must be filled in. */
  static boolean needsCopyright(String text) {
    Matcher blank = BLANK.matcher(text);
    return blank.find() && blank.start() < HEAD;
  }

  /**
   * Returns a licence text with a copyright notice. The notice replaces the copyright line of the
   * text. If the text has no copyright line, the notice comes before the text.
   */
  static String withCopyright(String text, String copyright) {
    return needsCopyright(text)
        ? BLANK.matcher(text).replaceFirst(Matcher.quoteReplacement(copyright))
        : copyright + "\n\n" + text;
  }
}
