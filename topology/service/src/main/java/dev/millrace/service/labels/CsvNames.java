package dev.millrace.service.labels;

import java.util.List;
import java.util.Optional;

/**
 * Reads the names in a table. A file that is not named {@code .csv} or {@code .tsv} counts as a
 * table only if one column holds the class indices, because names may contain commas.
 */
final class CsvNames {

  private CsvNames() {}

  /**
   * Reads the names.
   *
   * @param lines the lines of the file
   * @param isTable whether the file's name says that it is a table
   * @return the names, or empty if the lines are no table
   * @throws IllegalArgumentException if the file is a table, but no column can be identified as the
   *     names
   */
  static Optional<Found> read(List<String> lines, boolean isTable) {
    return CsvRows.of(lines, isTable).map(CsvTable::of).flatMap(table -> names(table, isTable));
  }

  private static Optional<Found> names(CsvTable table, boolean isTable) {
    if (table.rows().isEmpty() && isTable) {
      throw new IllegalArgumentException("it has a header and no rows; add a row for each class");
    }
    Optional<CsvIndex> index = table.rows().isEmpty() ? Optional.empty() : CsvIndex.of(table);
    if (index.isEmpty() && !isTable) {
      return Optional.empty();
    }
    List<Integer> others =
        table.columns().stream()
            .filter(column -> index.isEmpty() || column != index.get().column())
            .toList();
    List<String> names = table.cells(nameColumn(table, others));
    List<String> ids =
        others.stream().filter(table::isIds).findFirst().map(table::cells).orElse(List.of());
    String form = "CSV " + (table.isHeaded() ? "with a header" : "without a header");
    return Optional.of(
        index
            .map(found -> sorted(names, ids, form, found.numbers()))
            .orElseGet(() -> new Found(names, ids, form + ", in the order of its lines")));
  }

  private static Found sorted(
      List<String> names, List<String> ids, String form, List<Integer> numbers) {
    String from = Indices.areFromOne(numbers) ? ", numbered from 1" : ", numbered";
    return new Found(names, ids, form + from).sorted(numbers);
  }

  private static int nameColumn(CsvTable table, List<Integer> columns) {
    List<Integer> named = columns.stream().filter(table::isNames).toList();
    List<Integer> words = columns.stream().filter(column -> !table.isIds(column)).toList();
    List<Integer> candidates = named.isEmpty() ? words : named;
    if (candidates.isEmpty()) {
      candidates = columns;
    }
    if (candidates.size() != 1) {
      throw new IllegalArgumentException(
          "it is a CSV file with "
              + table.columns().size()
              + " columns, and no single one holds the names; give it a header such as"
              + " 'index,name'");
    }
    return candidates.get(0);
  }
}
