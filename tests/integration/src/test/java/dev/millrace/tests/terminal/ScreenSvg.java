package dev.millrace.tests.terminal;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.imageio.ImageIO;

/**
 * Draws the content of a terminal as an SVG file. The file is a still picture or a film of several
 * frames. The file contains equal lines only once. Cells with half-block characters become an
 * embedded PNG. Not thread-safe.
 */
final class ScreenSvg {

  private static final double CELL_WIDTH = 8.4;
  private static final int CELL_HEIGHT = 17;
  private static final int PADDING = 12;
  private static final int BASELINE = 13;
  private static final int FOREGROUND = 0xd0d7de;
  private static final int BACKGROUND = 0x0d1117;
  private static final int HALF_BLOCK = '▀';
  private static final char NO_BREAK_SPACE = '\u00a0';

  /** The colours that a dark theme shows for the eight standard colours of a terminal. */
  private static final Map<Integer, Integer> THEME =
      Map.of(0x880000, 0xf85149, 0x008800, 0x3fb950, 0x888800, 0xd29922, 0x008888, 0x39c5cf);

  private final int columns;
  private final int rows;
  private final Map<String, Integer> symbols = new LinkedHashMap<>();
  private final List<String> frames = new ArrayList<>();
  private final List<Double> starts = new ArrayList<>();

  /**
   * @param columns width of the terminal, in cells
   * @param rows height of the terminal, in cells
   */
  ScreenSvg(int columns, int rows) {
    this.columns = columns;
    this.rows = rows;
  }

  /**
   * Adds a frame, unless it equals the previous frame.
   *
   * @param cells the cells, row by row
   * @param seconds time from the beginning of the film until the frame appears, in s
   */
  void add(List<List<Cell>> cells, double seconds) {
    StringBuilder frame = new StringBuilder();
    for (int row = 0; row < rows; row++) {
      String line = line(cells.get(row));
      if (!line.isEmpty()) {
        int symbol = symbols.computeIfAbsent(line, added -> symbols.size());
        frame.append("<use href=\"#l%d\" y=\"%d\"/>".formatted(symbol, row * CELL_HEIGHT));
      }
    }
    frame.append(pictures(cells));
    if (frames.isEmpty() || !frames.get(frames.size() - 1).contentEquals(frame)) {
      frames.add(frame.toString());
      starts.add(seconds);
    }
  }

  /**
   * {@return the file}
   *
   * @param seconds length of the film, in s; after this time, the film starts again
   */
  String file(double seconds) {
    int width = (int) Math.ceil(columns * CELL_WIDTH) + 2 * PADDING;
    int height = rows * CELL_HEIGHT + 2 * PADDING;
    StringBuilder svg = new StringBuilder();
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %2$d" width="%1$d" height="%2$d" fill="#%3$06x">
        <style>
        text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
        image{image-rendering:pixelated}
        %4$s</style>
        <rect width="%1$d" height="%2$d" rx="8" fill="#%5$06x"/>
        <defs>
        """
            .formatted(width, height, FOREGROUND, keyframes(seconds, height), BACKGROUND));
    symbols.forEach((line, id) -> svg.append("<g id=\"l%d\">%s</g>\n".formatted(id, line)));
    svg.append(
        "</defs>\n<svg x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"><g class=\"film\">\n"
            .formatted(PADDING, PADDING, width - 2 * PADDING, height - 2 * PADDING));
    for (int i = 0; i < frames.size(); i++) {
      svg.append("<g transform=\"translate(0,%d)\">%s</g>\n".formatted(i * height, frames.get(i)));
    }
    return svg.append("</g></svg>\n</svg>\n").toString();
  }

  /**
   * Returns the animation of the film. All frames are in one column, one below the other, and the
   * column jumps up by one frame at a time.
   */
  private String keyframes(double seconds, int height) {
    if (frames.size() < 2) {
      return "";
    }
    StringBuilder css = new StringBuilder("@keyframes film{");
    for (int i = 0; i < frames.size(); i++) {
      css.append(
          String.format(
              Locale.ROOT,
              "%.3f%%{transform:translateY(%dpx)}",
              100 * starts.get(i) / seconds,
              -i * height));
    }
    return css.append("}\n")
        .append(
            String.format(Locale.ROOT, ".film{animation:film %.1fs step-end infinite}%n", seconds))
        .toString();
  }

  private static String line(List<Cell> cells) {
    StringBuilder line = new StringBuilder();
    int start = 0;
    for (int column = 1; column <= cells.size(); column++) {
      if (column == cells.size() || !sameStyle(cells.get(start), cells.get(column))) {
        line.append(run(cells.subList(start, column), start));
        start = column;
      }
    }
    return line.toString();
  }

  private static boolean sameStyle(Cell a, Cell b) {
    return a.foreground() == b.foreground()
        && a.background() == b.background()
        && a.bold() == b.bold()
        && a.inverse() == b.inverse()
        && (a.character() == HALF_BLOCK) == (b.character() == HALF_BLOCK);
  }

  /** Draws neighbouring cells of one style: their background and their text. */
  private static String run(List<Cell> cells, int column) {
    Cell first = cells.get(0);
    if (first.character() == HALF_BLOCK) {
      return "";
    }
    int front =
        first.foreground() < 0
            ? FOREGROUND
            : THEME.getOrDefault(first.foreground(), first.foreground());
    int back = first.background() < 0 ? BACKGROUND : first.background();
    StringBuilder text = new StringBuilder();
    cells.forEach(cell -> text.appendCodePoint(cell.character() == 0 ? ' ' : cell.character()));
    String behind = "";
    if (first.inverse() || back != BACKGROUND) {
      behind =
          String.format(
              Locale.ROOT,
              "<rect x=\"%.1f\" width=\"%.1f\" height=\"%d\" fill=\"#%06x\"/>",
              column * CELL_WIDTH,
              cells.size() * CELL_WIDTH,
              CELL_HEIGHT,
              first.inverse() ? front : back);
    }
    if (text.toString().isBlank()) {
      return behind;
    }
    int color = first.inverse() ? back : front;
    String blank = text.toString();
    int left = blank.length() - blank.stripLeading().length();
    String shown = blank.strip();
    return behind
        + String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%d\" textLength=\"%.1f\"%s%s>%s</text>",
            (column + left) * CELL_WIDTH,
            BASELINE,
            shown.codePointCount(0, shown.length()) * CELL_WIDTH,
            color == FOREGROUND ? "" : String.format(Locale.ROOT, " fill=\"#%06x\"", color),
            first.bold() ? " style=\"font-weight:bold\"" : "",
            // SVG would show several ordinary spaces as one space.
            shown.replace("&", "&amp;").replace("<", "&lt;").replace(' ', NO_BREAK_SPACE));
  }

  /** Draws all half blocks of a frame, as one transparent PNG. */
  private String pictures(List<List<Cell>> cells) {
    int top = -1;
    int bottom = -1;
    int right = 0;
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        if (cells.get(row).get(column).character() == HALF_BLOCK) {
          top = top < 0 ? row : top;
          bottom = row + 1;
          right = Math.max(right, column + 1);
        }
      }
    }
    if (top < 0) {
      return "";
    }
    BufferedImage image = new BufferedImage(right, 2 * (bottom - top), BufferedImage.TYPE_INT_ARGB);
    for (int row = top; row < bottom; row++) {
      for (int column = 0; column < right; column++) {
        Cell cell = cells.get(row).get(column);
        if (cell.character() == HALF_BLOCK) {
          image.setRGB(column, 2 * (row - top), 0xff << 24 | cell.foreground());
          image.setRGB(column, 2 * (row - top) + 1, 0xff << 24 | cell.background());
        }
      }
    }
    return String.format(
        Locale.ROOT,
        "<image y=\"%d\" width=\"%.1f\" height=\"%d\" preserveAspectRatio=\"none\""
            + " href=\"data:image/png;base64,%s\"/>",
        top * CELL_HEIGHT,
        right * CELL_WIDTH,
        (bottom - top) * CELL_HEIGHT,
        Base64.getEncoder().encodeToString(png(image)));
  }

  private static byte[] png(BufferedImage image) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      ImageIO.write(image, "png", bytes);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
