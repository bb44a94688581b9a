package dev.millrace.core.model;

import dev.millrace.core.files.WholeFile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The names of a model's classes, in the order of the model's outputs.
 *
 * @param names one name per class: not blank, on one line, at most {@value #MAX_CHARACTERS}
 *     characters, no control characters. Two classes may have the same name
 */
public record Labels(List<String> names) {

  /**
   * Largest length of a name. The length is limited because every prediction contains several
   * names.
   */
  public static final int MAX_CHARACTERS = 1_000;

  private static final String BYTE_ORDER_MARK = "\uFEFF";

  /**
   * Validates and copies the names.
   *
   * @param names one name per class
   * @throws IllegalArgumentException if there is no name or a name is invalid; the message contains
   *     the index of the invalid name's class
   */
  public Labels {
    if (names.isEmpty()) {
      throw new IllegalArgumentException("labels: the list is empty; name each class");
    }
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      if (name == null || name.isBlank()) {
        throw new IllegalArgumentException(
            "labels: the name of class " + i + " is blank; name each class");
      }
      if (name.contains("\n") || name.contains("\r")) {
        throw new IllegalArgumentException(
            "labels: the name of class " + i + " has more than one line; give it one");
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
   * {@return whether a class may have a name}
   *
   * @param name the name
   */
  public static boolean isValid(String name) {
    return !name.isBlank()
        && name.length() <= MAX_CHARACTERS
        && name.chars().noneMatch(Character::isISOControl);
  }

  /**
   * Reads a UTF-8 file with one name per line. Ignores a byte order mark, white space around a name
   * and blank lines at the end. A blank line before the last name is an error, because it would
   * shift all later names to other classes.
   *
   * @param file the labels file
   * @return the names in the file
   * @throws ModelException if the file is missing, cannot be read or holds no valid labels
   */
  public static Labels read(Path file) {
    try {
      String text = WholeFile.text(file);
      String names = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
      return new Labels(names.stripTrailing().lines().map(String::strip).toList());
    } catch (CharacterCodingException e) {
      throw new ModelException("labels file " + file + " is not UTF-8 text; save it as UTF-8", e);
    } catch (IOException e) {
      throw new ModelException(
          "cannot read the labels file "
              + file
              + " ("
              + e
              + "): a labels file is text with one class per line",
          e);
    } catch (IllegalArgumentException e) {
      throw new ModelException("labels file " + file + ": " + e.getMessage(), e);
    }
  }

  /** {@return the number of classes} */
  public int size() {
    return names.size();
  }

  /**
   * {@return the name of a class}
   *
   * @param index the class's index, from 0
   * @throws IndexOutOfBoundsException if there is no class with this index
   */
  public String get(int index) {
    return names.get(index);
  }
}
