package dev.millrace.service.command.demo.board;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/**
 * A line chart of the accuracy over time, drawn in Braille characters. A character has two columns
 * and four rows of dots. Below the time axis, the number of each version marks the time at which
 * the version began to serve.
 */
final class AccuracyChart {

  /** Number of columns for the scale on the left: a percentage and the axis. */
  private static final int SCALE = 6;

  /** Number of lines for the heading, the time axis, and the versions below the axis. */
  private static final int OTHER_LINES = 3;

  private static final int DOTS_ACROSS = 2;
  private static final int DOTS_DOWN = 4;
  private static final char NO_DOTS = '\u2800';

  /** The bit of each dot in a Braille character, indexed by row and then by column. */
  private static final int[][] DOT = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

  private final AccuracyHistory history;
  private final int width;
  private final int height;
  private final double from;
  private final double to;
  private final double lowest;

  private AccuracyChart(AccuracyHistory history, int columns, int rows, double seconds) {
    this.history = history;
    this.width = columns - SCALE;
    this.height = rows - OTHER_LINES;
    this.from = history.changes().isEmpty() ? 0 : history.changes().get(0).seconds();
    this.to = Math.max(seconds, from + 1);
    double least =
        history.points().stream().mapToDouble(AccuracyHistory.Point::accuracy).min().orElse(0);
    // The lower end of the scale is a multiple of 10 %, and at most 50 %.
    this.lowest = Math.min(0.5, Math.floor(10 * least) / 10);
  }

  /**
   * Draws a chart.
   *
   * @param history the accuracy to draw
   * @param columns width, in cells
   * @param rows height, in cells, at least 5; three of them are the heading, the axis and the
   *     versions
   * @param seconds the time at the right edge, in s since the start of the demo
   * @return the chart's lines, none wider than {@code columns}
   */
  static List<AttributedString> draw(
      AccuracyHistory history, int columns, int rows, double seconds) {
    return new AccuracyChart(history, columns, rows, seconds).lines();
  }

  private List<AttributedString> lines() {
    int[][] cells = cells();
    List<AttributedString> lines = new ArrayList<>();
    lines.add(
        new AttributedString(
            "right among the last " + AccuracyHistory.WINDOW + " predictions", Look.STRONG));
    for (int row = 0; row < height; row++) {
      boolean labelled = row == 0 || row == height - 1 || row == height / 2;
      double value = 1 - (1 - lowest) * row / (height - 1);
      AttributedStringBuilder line = new AttributedStringBuilder();
      line.append(
          labelled ? String.format(Locale.ROOT, "%3.0f %%┫", 100 * value) : "     ┃", Look.FAINT);
      StringBuilder braille = new StringBuilder();
      for (int cell : cells[row]) {
        braille.append(cell == 0 ? ' ' : (char) (NO_DOTS + cell));
      }
      lines.add(line.append(braille, Look.ACCENT).toAttributedString());
    }
    lines.add(new AttributedString("     ┗" + "━".repeat(width), Look.FAINT));
    lines.add(versions());
    return lines;
  }

  private int[][] cells() {
    int[][] cells = new int[height][width];
    int before = -1;
    int across = width * DOTS_ACROSS;
    double[] values = values(across);
    for (int x = 0; x < across; x++) {
      if (Double.isNaN(values[x])) {
        continue;
      }
      int y = y(values[x]);
      // Draws all dots between the previous point and this one, so that the line has no gap.
      for (int dot = Math.min(y, before < 0 ? y : before);
          dot <= Math.max(y, before < 0 ? y : before);
          dot++) {
        cells[dot / DOTS_DOWN][x / DOTS_ACROSS] |= DOT[dot % DOTS_DOWN][x % DOTS_ACROSS];
      }
      before = y;
    }
    return cells;
  }

  /**
   * {@return the last known accuracy at each column of dots; NaN before the first known accuracy}
   */
  private double[] values(int across) {
    double[] values = new double[across];
    Arrays.fill(values, Double.NaN);
    for (AccuracyHistory.Point point : history.points()) {
      values[x(point.seconds(), across)] = point.accuracy();
    }
    for (int x = 1; x < across; x++) {
      values[x] = Double.isNaN(values[x]) ? values[x - 1] : values[x];
    }
    return values;
  }

  private int x(double seconds, int across) {
    double share = (seconds - from) / (to - from);
    return (int) Math.max(0, Math.min(across - 1, share * across));
  }

  private int y(double accuracy) {
    int dots = height * DOTS_DOWN;
    return (int) Math.min(dots - 1, Math.round((1 - accuracy) / (1 - lowest) * (dots - 1)));
  }

  private AttributedString versions() {
    char[] marks = " ".repeat(width).toCharArray();
    for (AccuracyHistory.Change change : history.changes()) {
      String number = "v" + change.version();
      int at = Math.min(x(change.seconds(), width), width - number.length());
      if ((at > 0 && marks[at - 1] != ' ') || marks[at] != ' ') {
        continue; // an earlier version's number occupies these cells
      }
      number.getChars(0, number.length(), marks, at);
    }
    return new AttributedStringBuilder()
        .append(" ".repeat(SCALE))
        .append(new String(marks), AttributedStyle.BOLD)
        .toAttributedString();
  }
}
