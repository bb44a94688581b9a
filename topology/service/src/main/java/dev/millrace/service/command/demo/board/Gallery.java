package dev.millrace.service.command.demo.board;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;

/**
 * The last images as pictures in a row, each with the predicted label and a mark that says whether
 * the label is right. The pictures change once a second, so that a viewer can follow them. Used by
 * one thread.
 */
final class Gallery {

  private static final int MOST = 16;
  private static final int GAP = 2;
  private static final double SECONDS = 1;

  private record Shown(byte[] image, String label, boolean correct) {}

  private final Deque<Shown> latest = new ArrayDeque<>();
  private List<AttributedString> drawn = List.of();
  private double drawnAt = Double.NEGATIVE_INFINITY;
  private int drawnColumns;
  private int drawnRows;

  void add(byte[] image, String label, boolean correct) {
    latest.addFirst(new Shown(image, label, correct));
    if (latest.size() > MOST) {
      latest.removeLast();
    }
  }

  /**
   * Draws as many pictures as fit, the newest first.
   *
   * @param columns width of the row, in cells
   * @param rows height, in cells; the last line holds the labels
   * @param seconds time since the start of the demo, in s
   * @return {@code rows} lines
   */
  List<AttributedString> draw(int columns, int rows, double seconds) {
    if (seconds - drawnAt >= SECONDS || columns != drawnColumns || rows != drawnRows) {
      drawn = pictures(columns, rows);
      drawnAt = seconds;
      drawnColumns = columns;
      drawnRows = rows;
    }
    return drawn;
  }

  private List<AttributedString> pictures(int columns, int rows) {
    int height = rows - 1;
    int width = 2 * height;
    List<AttributedStringBuilder> lines = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      lines.add(new AttributedStringBuilder());
    }
    int left = columns;
    for (Shown shown : latest) {
      if (left < width) {
        break;
      }
      List<AttributedString> picture = Picture.draw(shown.image(), width, height);
      for (int row = 0; row < height; row++) {
        lines.get(row).append(picture.get(row)).append(" ".repeat(GAP));
      }
      String label = Text.fit(shown.label(), width - 2);
      lines
          .get(height)
          .append(shown.correct() ? "✓ " : "✗ ", shown.correct() ? Look.GOOD : Look.BAD)
          .append(Text.padded(label, width - 2 + GAP));
      left -= width + GAP;
    }
    return lines.stream().map(AttributedStringBuilder::toAttributedString).toList();
  }
}
