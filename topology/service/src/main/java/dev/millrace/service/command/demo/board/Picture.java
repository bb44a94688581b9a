package dev.millrace.service.command.demo.board;

import java.awt.Graphics2D;
import java.awt.Image;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/**
 * A picture in half-block characters: each cell of the terminal shows two pixels, one above the
 * other.
 */
final class Picture {

  private static final String UPPER_HALF = "▀";

  private Picture() {}

  /**
   * Draws an image. The image is scaled to fit, and keeps its proportions.
   *
   * @param encoded the image file
   * @param columns width, in cells; a cell is one pixel wide
   * @param rows height, in cells; a cell is two pixels high
   * @return {@code rows} lines of {@code columns} cells; blank if Java cannot read the file's
   *     format
   */
  static List<AttributedString> draw(byte[] encoded, int columns, int rows) {
    BufferedImage image = read(encoded);
    List<AttributedString> lines = new ArrayList<>(rows);
    if (image == null) {
      for (int row = 0; row < rows; row++) {
        lines.add(new AttributedString(" ".repeat(columns)));
      }
      return lines;
    }
    BufferedImage scaled = scaled(image, columns, 2 * rows);
    for (int row = 0; row < rows; row++) {
      AttributedStringBuilder line = new AttributedStringBuilder();
      for (int column = 0; column < columns; column++) {
        line.append(
            UPPER_HALF,
            AttributedStyle.DEFAULT
                .foregroundRgb(scaled.getRGB(column, 2 * row) & 0xffffff)
                .backgroundRgb(scaled.getRGB(column, 2 * row + 1) & 0xffffff));
      }
      lines.add(line.toAttributedString());
    }
    return lines;
  }

  private static BufferedImage read(byte[] encoded) {
    try {
      return ImageIO.read(new ByteArrayInputStream(encoded));
    } catch (IOException | RuntimeException e) {
      return null; // the service may classify a format that Java cannot read
    }
  }

  private static BufferedImage scaled(BufferedImage image, int width, int height) {
    double scale = Math.min((double) width / image.getWidth(), (double) height / image.getHeight());
    int w = Math.max(1, (int) Math.round(scale * image.getWidth()));
    int h = Math.max(1, (int) Math.round(scale * image.getHeight()));
    BufferedImage canvas = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = canvas.createGraphics();
    graphics.drawImage(
        image.getScaledInstance(w, h, Image.SCALE_AREA_AVERAGING),
        (width - w) / 2,
        (height - h) / 2,
        null);
    graphics.dispose();
    return canvas;
  }
}
