package dev.millrace.core.model;

import dev.millrace.core.files.WholeFile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The names of a model's classes, in the order of its outputs.
 *
 * @param names one name a class, each one line, not blank, at most {@value #MAX_CHARACTERS}
 *     characters and without control characters; two classes may share one
 */
public record Labels(List<String> names) {

  /** Every prediction carries names of classes, so a name is short. */
  private static final int MAX_CHARACTERS = 1_000;

  private static final String BYTE_ORDER_MARK = "\uFEFF";

  public Labels {
    if (names.isEmpty()) {
      throw new IllegalArgumentException("labels: there are none; name each class");
    }
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      if (name == null || name.isBlank()) {
        throw new IllegalArgumentException(
            "labels: the name of class " + i + " is blank; name each class");
      }
      if (name.contains("\n") || name.contains("\r")) {
        throw new IllegalArgumentException(
            "labels: the name of class " + i + " has more than one line; name each class in one");
      }
      requirePlain(i, name);
    }
    names = List.copyOf(names);
  }

  private static void requirePlain(int index, String name) {
    if (name.length() > MAX_CHARACTERS) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "labels: the name of class %d (line %d) has %,d characters; give it %,d or fewer",
              index,
              index + 1,
              name.length(),
              MAX_CHARACTERS));
    }
    int control = name.chars().filter(Character::isISOControl).findFirst().orElse(-1);
    if (control >= 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "labels: the name of class %d (line %d) holds the control character U+%04X; remove it",
              index,
              index + 1,
              control));
    }
  }

  /**
   * Reads one name a line, in UTF-8. Trailing blank lines, white space around a name and a byte
   * order mark do not count; a blank line before the last name is an error, since it would move the
   * names after it to other classes.
   *
   * @throws ModelException if the file is missing or holds no labels
   */
  public static Labels read(Path file) {
    try {
      String text = WholeFile.text(file);
      String names = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
      return new Labels(names.stripTrailing().lines().map(String::strip).toList());
    } catch (CharacterCodingException e) {
      throw new ModelException("labels file " + file + " is not UTF-8 text; save it as such", e);
    } catch (IOException e) {
      throw new ModelException(
          "cannot read the labels file "
              + file
              + " ("
              + e
              + "): a labels file is text with one class a line",
          e);
    } catch (IllegalArgumentException e) {
      throw new ModelException("labels file " + file + ": " + e.getMessage(), e);
    }
  }

  public int size() {
    return names.size();
  }

  public String get(int index) {
    return names.get(index);
  }
}
