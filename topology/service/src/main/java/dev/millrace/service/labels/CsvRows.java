package dev.millrace.service.labels;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Splits a table into rows and cells (RFC 4180). */
final class CsvRows {

  /** Matches a first line for Excel, which names the separator. */
  private static final Pattern DECLARATION = Pattern.compile("(?i)sep=(.?)");

  /**
   * Matches a name that begins with a number above 999, as in {@code 1,000 dollars}. The comma in
   * this number does not separate two columns.
   */
  private static final Pattern THOUSANDS = Pattern.compile("\\d{1,3}(,\\d{3})+\\b.*");

  private CsvRows() {}

  /**
   * Splits lines at commas, semicolons or tabs, or at the separator in a first line {@code sep=;}.
   *
   * @param lines the lines
   * @param isTable whether the file's name says that it is a table
   * @return rows with the same number of cells each; empty if the lines are not a table. If {@code
   *     isTable} is true, the rows may have only one cell
   * @throws IllegalArgumentException if the file is a table, and a line is blank, or the lines have
   *     different numbers of columns
   */
  static Optional<List<List<String>>> of(List<String> lines, boolean isTable) {
    if (lines.isEmpty()) {
      return Optional.empty();
    }
    Matcher declared = DECLARATION.matcher(lines.get(0));
    if (declared.matches()) {
      String separator = declared.group(1).isEmpty() ? "\t" : declared.group(1);
      return rows(lines, 1, separator, true);
    }
    return rows(lines, 0, ",;\t", isTable);
  }

  private static Optional<List<List<String>>> rows(
      List<String> all, int start, String separators, boolean isTable) {
    List<String> lines = all.subList(start, all.size());
    if (isTable) {
      requireNoBlank(lines, start);
    } else if (lines.stream().allMatch(line -> THOUSANDS.matcher(line).matches())) {
      return Optional.empty();
    }
    for (int i = 0; i < separators.length(); i++) {
      List<List<String>> rows = split(lines, separators.charAt(i));
      if (!rows.isEmpty() && rows.get(0).size() > 1 && isRectangle(rows)) {
        return Optional.of(rows);
      }
    }
    if (!isTable) {
      return Optional.empty();
    }
    List<List<String>> rows = split(lines, separators.charAt(0));
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("it is a table without rows; add a row for each class");
    }
    if (rows.stream().anyMatch(row -> row.size() != 1)) {
      throw new IllegalArgumentException(
          "its lines have different numbers of columns; put names with commas in quotes");
    }
    return Optional.of(rows);
  }

  private static void requireNoBlank(List<String> lines, int start) {
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).isBlank()) {
        throw new IllegalArgumentException("line " + (start + i + 1) + " is blank; remove it");
      }
    }
  }

  private static boolean isRectangle(List<List<String>> rows) {
    return rows.stream().allMatch(row -> row.size() == rows.get(0).size());
  }

  /** Splits lines. Leaves out rows of blank cells at the end, because Excel writes such rows. */
  private static List<List<String>> split(List<String> lines, char separator) {
    List<List<String>> rows = new ArrayList<>();
    for (String line : lines) {
      rows.add(cells(line, separator));
    }
    while (!rows.isEmpty() && rows.get(rows.size() - 1).stream().allMatch(String::isEmpty)) {
      rows.remove(rows.size() - 1);
    }
    return rows;
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
