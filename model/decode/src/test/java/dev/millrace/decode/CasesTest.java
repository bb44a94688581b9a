package dev.millrace.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.testing.SharedData;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that real users have, compared with Pillow's pixels of them. */
class CasesTest {

  private static final Preprocessing GEOMETRY = Pictures.geometry(110, 96);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "exif_6.jpg", "exif_6_long.jpg", "webp_exif6_prefix.webp", "png_exif6_rawprofile.png",
        "bmp_offset0.bmp", "bmp16_555.bmp", "bmp16_565.bmp", "bmp16_565_v5.bmp", "bmp_rle8.bmp"
      })
  void picture_equalsPillows(String name) throws IOException {
    BufferedImage expected =
        ImageIO.read(SharedData.file("../cases/images/expected/" + name + ".png").toFile());

    ByteBuffer pixels = decode(name);

    int worst = 0;
    for (int i = 0; i < pixels.limit(); i++) {
      int pixel = i / 3;
      int rgb = expected.getRGB(pixel % GEOMETRY.width(), pixel / GEOMETRY.width());
      int difference = (rgb >> (16 - 8 * (i % 3)) & 0xFF) - (pixels.get(i) & 0xFF);
      worst = Math.max(worst, Math.abs(difference));
    }
    assertThat(worst).isLessThanOrEqualTo(1);
  }

  @Test
  void phonesPhotographOf48Megapixels_isDecoded() throws IOException {
    assertThat(decode("iphone48mp_8064x6048.jpg").limit()).isEqualTo(GEOMETRY.bytes());
  }

  @Test
  void jpegWithATableInItsOnlyScan_isRefused() {
    assertThatThrownBy(() -> decode("jpeg_damaged_scan.jpg"))
        .hasMessage("the JPEG image is damaged: marker FFDB interrupts a scan's data");
  }

  @Test
  void pngWithThousandsOfBrokenTexts_isDecoded() throws IOException {
    assertThat(decode("png_2000_broken_text_chunks.png").limit()).isEqualTo(GEOMETRY.bytes());
  }

  private static ByteBuffer decode(String name) throws IOException {
    byte[] file = Files.readAllBytes(SharedData.file("../cases/images/" + name));
    ByteBuffer pixels = ByteBuffer.allocate(GEOMETRY.bytes());
    try (OpenCvImageDecoder decoder = new OpenCvImageDecoder(ImageLimits.DEFAULT)) {
      decoder.decode(file, GEOMETRY, pixels);
    }
    return pixels;
  }
}
