package dev.millrace.service.labels;

import dev.millrace.core.files.WholeFile;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The names of a model's classes, and the form of the file that holds them. The forms are: one name
 * per line, ImageNet's {@code synset.txt}, numbered lines, CSV with or without a header, YAML, a
 * Python list or dict, and JSON. The JSON may be a list, {@code id2label}, Hugging Face's {@code
 * config.json}, Keras' class index, or a map from names to indices. A byte order mark and every
 * kind of line end are accepted.
 *
 * @param labels the names, in the order of the model's outputs
 * @param ids a second name of each class in the same order, for example WordNet's number; empty if
 *     the file has none
 * @param form the form of the file, for example {@code one name a line}
 */
public record ClassNames(Labels labels, List<String> ids, String form) {

  /**
   * Copies the list.
   *
   * @param labels the names, in the order of the model's outputs
   * @param ids a second name of each class, or an empty list
   * @param form the form of the file
   */
  public ClassNames {
    ids = List.copyOf(ids);
  }

  /**
   * Reads a file.
   *
   * @param file the file
   * @return the names
   * @throws ModelException if the file cannot be read, is of another kind, or holds no valid list
   *     of names. The message names the file and the form in which it was read
   */
  public static ClassNames read(Path file) {
    try {
      String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
      return of(found(name, LabelText.of(WholeFile.read(file))));
    } catch (CharacterCodingException e) {
      throw new ModelException("labels file " + file + " is not UTF-8 text; save it as UTF-8", e);
    } catch (IOException e) {
      throw new ModelException(
          "cannot read the labels file " + file + " (" + e + "); give a text, CSV or JSON file", e);
    } catch (IllegalArgumentException e) {
      throw new ModelException("labels file " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Checks names.
   *
   * @throws IllegalArgumentException if a name is invalid; the message says in which form the file
   *     was read
   */
  static ClassNames of(Found found) {
    try {
      return new ClassNames(new Labels(found.names()), found.ids(), found.form());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(e.getMessage() + " (read as " + found.form() + ")", e);
    }
  }

  private static Found found(String name, String text) {
    Optional<Found> json = JsonNames.read(text, name.endsWith(".json"));
    if (json.isPresent()) {
      return json.get();
    }
    boolean isYaml = name.endsWith(".yaml") || name.endsWith(".yml");
    boolean isTable = name.endsWith(".csv") || name.endsWith(".tsv");
    List<String> lines = text.stripTrailing().lines().toList();
    return YamlNames.read(lines, isYaml)
        .or(() -> CsvNames.read(lines, isTable))
        .orElseGet(() -> LineNames.read(lines.stream().map(String::strip).toList()));
  }

  /** {@return the names' number and form, for example {@code 1000 labels, one name a line}} */
  @Override
  public String toString() {
    return labels.size() + (labels.size() == 1 ? " label, " : " labels, ") + form;
  }
}
