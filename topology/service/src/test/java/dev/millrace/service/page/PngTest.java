package dev.millrace.service.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class PngTest {

  @Test
  void picture_isReadAsItWasWritten() throws IOException {
    byte[] rgb = new byte[3 * 7 * 5];
    new Random(1).nextBytes(rgb);

    BufferedImage read = ImageIO.read(new ByteArrayInputStream(Png.write(7, 5, rgb)));

    assertThat(read.getWidth()).isEqualTo(7);
    assertThat(read.getHeight()).isEqualTo(5);
    for (int i = 0; i < 35; i++) {
      int expected =
          ((rgb[3 * i] & 255) << 16) | ((rgb[3 * i + 1] & 255) << 8) | (rgb[3 * i + 2] & 255);
      assertThat(read.getRGB(i % 7, i / 7) & 0xffffff).isEqualTo(expected);
    }
  }
}
