package dev.millrace.service.labels;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A table with or without a header.
 *
 * @param headings the headings, in lower case; empty if the table has no header
 * @param rows the rows below the header, all with the same number of cells
 */
record CsvTable(List<String> headings, List<List<String>> rows) {

  private static final Set<String> NAMES =
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
          "display_name");
  private static final Set<String> INDICES =
      Set.of("index", "id", "idx", "class_id", "class_index", "class_idx", "label_id", "number");
  private static final Set<String> IDS =
      Set.of("synset", "synset_id", "wnid", "wordnet_id", "folder", "directory");
  private static final String NUMBER = "-?\\d+(\\.\\d+)?";

  /**
   * Creates a table. The first row is the header if one of its cells is a known heading and no cell
   * is a number.
   *
   * @param rows at least one row
   */
  static CsvTable of(List<List<String>> rows) {
    List<String> first =
        rows.get(0).stream()
            .map(cell -> cell.toLowerCase(Locale.ROOT).replaceAll("[ -]", "_"))
            .toList();
    boolean headed =
        first.stream().noneMatch(CsvTable::isNumber)
            && first.stream()
                .anyMatch(
                    cell -> NAMES.contains(cell) || INDICES.contains(cell) || IDS.contains(cell));
    return headed
        ? new CsvTable(first, rows.subList(1, rows.size()))
        : new CsvTable(List.of(), rows);
  }

  boolean isHeaded() {
    return !headings.isEmpty();
  }

  /** {@return the positions of all columns} */
  List<Integer> columns() {
    return IntStream.range(0, isHeaded() ? headings.size() : rows.get(0).size()).boxed().toList();
  }

  List<String> cells(int column) {
    return rows.stream().map(row -> row.get(column)).toList();
  }

  /** Tests whether a column's heading says that it holds the names. */
  boolean isNames(int column) {
    return isHeaded() && NAMES.contains(headings.get(column));
  }

  /** Tests whether a column's heading says that it holds indices, and a cell holds a number. */
  boolean isIndex(int column) {
    return isHeaded()
        && INDICES.contains(headings.get(column))
        && cells(column).stream().anyMatch(CsvTable::isNumber);
  }

  /**
   * Tests whether a column's heading says that it holds second names, such as WordNet's numbers.
   */
  boolean isIds(int column) {
    return isHeaded()
        && (IDS.contains(headings.get(column))
            || (INDICES.contains(headings.get(column)) && !isIndex(column)));
  }

  private static boolean isNumber(String cell) {
    return cell.matches(NUMBER);
  }
}
