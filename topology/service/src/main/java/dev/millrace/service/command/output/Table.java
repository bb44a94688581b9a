package dev.millrace.service.command.output;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A table of text. Each column is as wide as its widest cell. */
public final class Table {

  private final List<List<String>> rows = new ArrayList<>();

  /**
   * @param headings the headings of the columns
   */
  public Table(List<String> headings) {
    rows.add(List.copyOf(headings));
  }

  /**
   * Adds a row.
   *
   * @param cells the text of each column
   */
  public void add(List<String> cells) {
    rows.add(List.copyOf(cells));
  }

  /**
   * Prints the headings and all rows.
   *
   * @param out receives the lines
   */
  public void print(PrintWriter out) {
    int columns = rows.get(0).size();
    int[] widths =
        IntStream.range(0, columns)
            .map(column -> rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0))
            .toArray();
    for (List<String> row : rows) {
      out.println(
          IntStream.range(0, columns)
              .mapToObj(column -> padded(row.get(column), widths[column]))
              .collect(Collectors.joining("  "))
              .stripTrailing());
    }
  }

  private static String padded(String cell, int width) {
    return cell + " ".repeat(width - cell.length());
  }
}
