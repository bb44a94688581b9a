package dev.millrace.service.labels;

import java.util.List;
import java.util.Optional;

/**
 * The column of a table that holds the class indices. If the header marks a column as the index,
 * this column is always used. Otherwise, the only column with complete numbers is the index.
 * Numbers are complete if they count from 0 or from 1 without a gap. A column that the header marks
 * as the names is the index only if no other column has complete numbers.
 *
 * @param column the column's position
 * @param numbers the number of each row
 */
record CsvIndex(int column, List<Integer> numbers) {

  private static final String INTEGER = "-?\\d{1,9}";

  /**
   * Finds the column.
   *
   * @return the column, or empty if the table has none
   * @throws IllegalArgumentException if two different columns could be the index, or if the header
   *     marks a column as the index and its cells are not whole numbers
   */
  static Optional<CsvIndex> of(CsvTable table) {
    List<Integer> columns = table.columns();
    if (columns.size() == 1) {
      return Optional.empty();
    }
    List<CsvIndex> named =
        columns.stream().filter(table::isIndex).map(column -> required(table, column)).toList();
    if (!named.isEmpty()) {
      List<CsvIndex> complete = named.stream().filter(CsvIndex::isComplete).toList();
      return Optional.of(complete.isEmpty() ? named.get(0) : only(complete));
    }
    List<CsvIndex> complete =
        columns.stream()
            .flatMap(column -> read(table, column).stream())
            .filter(CsvIndex::isComplete)
            .toList();
    List<CsvIndex> others = complete.stream().filter(each -> !table.isNames(each.column)).toList();
    return complete.isEmpty()
        ? Optional.empty()
        : Optional.of(only(others.isEmpty() ? complete : others));
  }

  private static CsvIndex only(List<CsvIndex> complete) {
    if (complete.stream().map(CsvIndex::numbers).distinct().count() > 1) {
      throw new IllegalArgumentException(
          "its columns "
              + complete.stream().map(each -> String.valueOf(each.column + 1)).toList()
              + " are all complete indices, and the names could be in any of them; give it a"
              + " header such as 'index,name'");
    }
    return complete.get(0);
  }

  private static CsvIndex required(CsvTable table, int column) {
    return read(table, column)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "its column '"
                        + table.headings().get(column)
                        + "' holds '"
                        + table.cells(column).stream()
                            .filter(cell -> !cell.matches(INTEGER))
                            .findFirst()
                            .orElseThrow()
                        + "', which is not an index; number all classes from 0"));
  }

  private static Optional<CsvIndex> read(CsvTable table, int column) {
    List<String> cells = table.cells(column);
    return cells.stream().allMatch(cell -> cell.matches(INTEGER))
        ? Optional.of(new CsvIndex(column, cells.stream().map(Integer::valueOf).toList()))
        : Optional.empty();
  }

  private boolean isComplete() {
    return Indices.areComplete(numbers);
  }
}
