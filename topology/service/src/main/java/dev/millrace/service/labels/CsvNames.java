package dev.millrace.service.labels;

import dev.millrace.service.labels.ClassNames.Found;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a table whose columns commas, semicolons or tabs separate (RFC 4180). A file that is not
 * named {@code .csv} or {@code .tsv} is a table only if all its lines have the same number of
 * columns and one column numbers the classes, because names may hold commas.
 */
final class CsvNames {

  private static final Set<String> NAME_HEADINGS =
      Set.of(
          "name",
          "label",
          "labels",
          "class",
          "classes",
          "class_name",
          "classname",
          "category",
          "label_name",
          "description",
          "display_name",
          "class name");
  private static final Set<String> INDEX_HEADINGS =
      Set.of("index", "id", "idx", "class_id", "class_index", "class_idx", "label_id", "number");

  private final List<List<String>> rows;
  private final int columns;

  private CsvNames(List<List<String>> rows) {
    this.rows = rows;
    this.columns = rows.get(0).size();
  }

  /**
   * Reads the names.
   *
   * @param isTable whether the file's name says that it is a table
   * @return the names, or empty if the lines are no table
   * @throws IllegalArgumentException if the file is a table and its columns are not understood
   */
  static Optional<Found> read(List<String> lines, boolean isTable) {
    for (char separator : new char[] {',', ';', '\t'}) {
      List<List<String>> rows = lines.stream().map(line -> cells(line, separator)).toList();
      if (!rows.isEmpty()
          && rows.get(0).size() > 1
          && rows.stream().allMatch(row -> row.size() == rows.get(0).size())) {
        return new CsvNames(rows).names(isTable);
      }
    }
    if (!isTable || lines.isEmpty()) {
      return Optional.empty();
    }
    List<List<String>> rows = lines.stream().map(line -> cells(line, ',')).toList();
    if (rows.stream().anyMatch(row -> row.size() != 1)) {
      throw new IllegalArgumentException(
          "its lines have different numbers of columns; put names with commas in quotes");
    }
    return new CsvNames(rows).names(true);
  }

  private Optional<Found> names(boolean isTable) {
    boolean headed = isHeading();
    List<List<String>> body = headed ? rows.subList(1, rows.size()) : rows;
    int index = indexColumn(body, headed);
    if (index < 0 && !isTable) {
      return Optional.empty();
    }
    int name = nameColumn(headed, index);
    List<String> names = body.stream().map(row -> row.get(name)).toList();
    String form = "CSV " + (headed ? "with a header" : "without a header");
    if (index < 0) {
      return Optional.of(new Found(names, form + ", in the order of its lines"));
    }
    List<Integer> numbers = numbers(body, index);
    boolean fromOne = !numbers.isEmpty() && !numbers.contains(0);
    if (fromOne && !isTable) {
      return Optional.empty();
    }
    return Optional.of(
        new Found(
            Indices.sorted(
                fromOne ? numbers.stream().map(number -> number - 1).toList() : numbers, names),
            form + (fromOne ? ", numbered from 1" : ", numbered")));
  }

  /** Tests whether the first line names the columns. */
  private boolean isHeading() {
    return rows.get(0).stream()
        .map(cell -> cell.toLowerCase(Locale.ROOT))
        .anyMatch(cell -> NAME_HEADINGS.contains(cell) || INDEX_HEADINGS.contains(cell));
  }

  private int indexColumn(List<List<String>> body, boolean headed) {
    for (int column = 0; column < columns && columns > 1; column++) {
      List<Integer> numbers = numbers(body, column);
      boolean named = headed && INDEX_HEADINGS.contains(heading(column));
      if (numbers.size() == body.size() && (named || Indices.areComplete(numbers))) {
        return column;
      }
    }
    return -1;
  }

  private int nameColumn(boolean headed, int index) {
    List<Integer> candidates = new ArrayList<>();
    for (int column = 0; column < columns; column++) {
      if (column != index) {
        candidates.add(column);
      }
    }
    if (headed) {
      List<Integer> named =
          candidates.stream().filter(column -> NAME_HEADINGS.contains(heading(column))).toList();
      candidates = named.isEmpty() ? candidates : named;
    }
    if (candidates.size() != 1) {
      throw new IllegalArgumentException(
          "it is a CSV file with "
              + columns
              + " columns, and no single one holds the names; give it a header such as"
              + " 'index,name'");
    }
    return candidates.get(0);
  }

  private String heading(int column) {
    return rows.get(0).get(column).toLowerCase(Locale.ROOT);
  }

  /** {@return the numbers of a column; shorter than the column if a cell holds no number} */
  private static List<Integer> numbers(List<List<String>> body, int column) {
    return body.stream()
        .map(row -> row.get(column))
        .filter(cell -> cell.matches("\\d{1,9}"))
        .map(Integer::valueOf)
        .toList();
  }

  private static List<String> cells(String line, char separator) {
    List<String> cells = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quoted) {
        if (c != '"') {
          cell.append(c);
        } else if (i + 1 < line.length() && line.charAt(i + 1) == '"') {
          cell.append(c);
          i++;
        } else {
          quoted = false;
        }
      } else if (c == '"' && cell.toString().isBlank()) {
        cell.setLength(0);
        quoted = true;
      } else if (c == separator) {
        cells.add(cell.toString().strip());
        cell.setLength(0);
      } else {
        cell.append(c);
      }
    }
    cells.add(cell.toString().strip());
    return cells;
  }
}
