package dev.millrace.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Licence texts by their SPDX identifiers: files {@code ID.txt} of a folder.
 *
 * @param folder the folder
 */
record StandardTexts(Path folder) {

  /** The line that a project fills in. */
  private static final Pattern BLANK = Pattern.compile("(?m)^.*<year>.*$");

  /** Number of characters at the beginning of a text that this line is in, if there is one. */
  private static final int HEAD = 100;

  private static final String MISSING = "404: Not Found";

  /** Returns a text, or empty if there is none. */
  Optional<String> text(String id) throws IOException {
    Path file = folder.resolve(id + ".txt");
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    return Optional.of(Files.readString(file)).filter(text -> !text.startsWith(MISSING));
  }

  /** Whether a text is incomplete without a copyright notice. */
  static boolean needsCopyright(String text) {
    Matcher blank = BLANK.matcher(text);
    return blank.find() && blank.start() < HEAD;
  }

  /** Returns a text with a notice: in the line for it, or before the text. */
  static String withCopyright(String text, String copyright) {
    return needsCopyright(text)
        ? BLANK.matcher(text).replaceFirst(Matcher.quoteReplacement(copyright))
        : copyright + "\n\n" + text;
  }
}
