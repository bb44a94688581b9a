package dev.millrace.service.labels;

import dev.millrace.core.files.FileKind;
import dev.millrace.core.files.WholeFile;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The names of a model's classes, and the form of the file that holds them. The forms are: one name
 * a line, ImageNet's {@code synset.txt}, numbered lines, CSV with or without a header, and JSON: a
 * list, {@code id2label}, Hugging Face's {@code config.json}, Keras' class index, and a map from
 * names to indices. A byte order mark and all line ends are accepted.
 *
 * @param labels the names, in the order of the model's outputs
 * @param form the form of the file, for example {@code one name a line}
 */
public record ClassNames(Labels labels, String form) {

  private static final String BYTE_ORDER_MARK = "\uFEFF";

  /** Names with their form, before they are checked. */
  record Found(List<String> names, String form) {}

  /**
   * Reads a file.
   *
   * @param file the file
   * @return the names
   * @throws ModelException if the file cannot be read, is of another kind, or holds no valid list
   *     of names; the message names the file and the form in which it was read
   */
  public static ClassNames read(Path file) {
    try {
      return of(file.getFileName().toString(), WholeFile.read(file));
    } catch (CharacterCodingException e) {
      throw new ModelException("labels file " + file + " is not UTF-8 text; save it as UTF-8", e);
    } catch (IOException e) {
      throw new ModelException(
          "cannot read the labels file "
              + file
              + " ("
              + e
              + "); give --labels a text, CSV or JSON file",
          e);
    } catch (IllegalArgumentException e) {
      throw new ModelException("labels file " + file + ": " + e.getMessage(), e);
    }
  }

  private static ClassNames of(String name, byte[] bytes) throws CharacterCodingException {
    Optional<FileKind> kind = FileKind.of(bytes).filter(found -> found != FileKind.JSON);
    if (kind.isPresent()) {
      throw new IllegalArgumentException(
          "it is "
              + kind.get().words()
              + (kind.get() == FileKind.GIT_LFS_POINTER
                  ? "; " + kind.get().advice()
                  : "; give a text, CSV or JSON file with the names of the classes"));
    }
    String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    if (text.startsWith(BYTE_ORDER_MARK)) {
      text = text.substring(1);
    }
    Found found = found(name.toLowerCase(Locale.ROOT), text);
    try {
      return new ClassNames(new Labels(found.names()), found.form());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(e.getMessage() + " (read as " + found.form() + ")", e);
    }
  }

  private static Found found(String name, String text) {
    if (name.endsWith(".json") || JsonNames.isJson(text)) {
      return JsonNames.read(text);
    }
    List<String> lines = text.stripTrailing().lines().map(String::strip).toList();
    boolean isNamedTable = name.endsWith(".csv") || name.endsWith(".tsv");
    return CsvNames.read(lines, isNamedTable).orElseGet(() -> LineNames.read(lines));
  }

  /** {@return the names' number and form, for example {@code 1000 labels, one name a line}} */
  @Override
  public String toString() {
    return labels.size() + (labels.size() == 1 ? " label, " : " labels, ") + form;
  }
}
