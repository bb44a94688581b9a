package dev.millrace.service.command.demo.board;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;
import org.junit.jupiter.api.Test;

/** Tests pictures in half-block characters. */
class PictureTest {

  private static final int RED = 0xff0000;
  private static final int BLUE = 0x0000ff;

  @Test
  void cell_hasOnePixelAboveTheOther() throws Exception {
    BufferedImage image = new BufferedImage(1, 2, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, RED);
    image.setRGB(0, 1, BLUE);

    List<AttributedString> lines = Picture.draw(png(image), 1, 1);

    assertThat(lines)
        .containsExactly(
            new AttributedString(
                "▀", AttributedStyle.DEFAULT.foregroundRgb(RED).backgroundRgb(BLUE)));
  }

  @Test
  void largeImage_isScaled_withItsProportionsKept() throws Exception {
    BufferedImage image = new BufferedImage(400, 100, BufferedImage.TYPE_INT_RGB);
    for (int x = 0; x < 400; x++) {
      for (int y = 0; y < 100; y++) {
        image.setRGB(x, y, RED);
      }
    }

    List<AttributedString> lines = Picture.draw(png(image), 8, 4);

    // Of the pixel rows 0 to 7, the red image fills rows 3 and 4. Each line of cells shows two
    // pixel rows.
    assertThat(lines).hasSize(4).allMatch(line -> line.columnLength() == 8);
    assertThat(lines.get(0).styleAt(0))
        .isEqualTo(AttributedStyle.DEFAULT.foregroundRgb(0).backgroundRgb(0));
    assertThat(lines.get(1).styleAt(7))
        .isEqualTo(AttributedStyle.DEFAULT.foregroundRgb(0).backgroundRgb(RED));
    assertThat(lines.get(2).styleAt(0))
        .isEqualTo(AttributedStyle.DEFAULT.foregroundRgb(RED).backgroundRgb(0));
  }

  @Test
  void fileThatJavaCannotRead_isBlank() {
    assertThat(Picture.draw(new byte[] {1, 2, 3}, 4, 2))
        .containsExactly(new AttributedString("    "), new AttributedString("    "));
  }

  private static byte[] png(BufferedImage image) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "png", bytes);
    return bytes.toByteArray();
  }
}
