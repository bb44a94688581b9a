package dev.millrace.core.model;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The names of a model's classes, in the order of its outputs.
 *
 * @param names one name a class, none blank
 */
public record Labels(List<String> names) {

  public Labels {
    names = List.copyOf(names);
    if (names.isEmpty()) {
      throw new IllegalArgumentException("labels: there are none");
    }
    for (int i = 0; i < names.size(); i++) {
      if (names.get(i).isBlank()) {
        throw new IllegalArgumentException("labels: the name of class " + i + " is blank");
      }
    }
  }

  /**
   * Reads one name a line, in UTF-8; trailing blank lines and surrounding white space do not count.
   *
   * @throws ModelException if the file is missing or holds no labels
   */
  public static Labels read(Path file) {
    try {
      return new Labels(Files.readString(file).strip().lines().map(String::strip).toList());
    } catch (MalformedInputException e) {
      throw new ModelException("labels file " + file + " is not UTF-8 text", e);
    } catch (IOException e) {
      throw new ModelException(
          "cannot read the labels file "
              + file
              + ": give --labels a text file with one class a line",
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
