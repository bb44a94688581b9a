package dev.millrace.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.SharedData;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Decodes kinds of files that real users have, and compares the pixels with Pillow's. */
class CasesTest {

  private static final Preprocessing GEOMETRY = Pictures.geometry(110, 96);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "exif_6.jpg",
        "exif_6_long.jpg",
        "webp_exif6_prefix.webp",
        "png_exif6_rawprofile.png",
        "bmp_offset0.bmp",
        "bmp16_555.bmp",
        "bmp16_565.bmp",
        "bmp16_565_v5.bmp",
        "bmp_rle8.bmp"
      })
  void picture_equalsPillows(String name) throws IOException {
    BufferedImage expected =
        ImageIO.read(SharedData.file("../cases/images/expected/" + name + ".png").toFile());

    ByteBuffer pixels = decode(read(name));

    int worst = 0;
    for (int i = 0; i < pixels.limit(); i++) {
      int pixel = i / 3;
      int rgb = expected.getRGB(pixel % GEOMETRY.width(), pixel / GEOMETRY.width());
      int difference = (rgb >> (16 - 8 * (i % 3)) & 0xFF) - (pixels.get(i) & 0xFF);
      worst = Math.max(worst, Math.abs(difference));
    }
    assertThat(worst).isLessThanOrEqualTo(1);
  }

  /**
   * {@code OpenCvImageDecoder} may use up to 12 bytes of native memory for each pixel of the
   * default pixel limit.
   */
  @Test
  @EnabledOnOs(OS.LINUX)
  void phonesPhotographOf48Megapixels_isDecodedInBoundedMemory(@TempDir Path folder)
      throws Exception {
    long most = 12 * ImageLimits.DEFAULT.maxPixels() / 1024;

    List<String> lines = sweep(folder, "iphone48mp_8064x6048.jpg");

    assertThat(lines).hasSize(8);
    assertThat(lines)
        .allSatisfy(
            line -> assertThat(Long.parseLong(line.split("\t", -1)[1])).isBetween(1L, most));
  }

  @Test
  void jpegWithATableInItsOnlyScan_isRefused() throws IOException {
    byte[] file = read("jpeg_damaged_scan.jpg");

    assertThatThrownBy(() -> decode(file))
        .hasMessage("the JPEG image is damaged: marker FFDB interrupts a scan's data");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void pngWithThousandsOfBrokenTexts_isDecodedInSilence(@TempDir Path folder) throws Exception {
    assertThat(sweep(folder, "png_2000_broken_text_chunks.png")).hasSize(8);
    assertThat(folder.resolve("err")).isEmptyFile();
  }

  private static List<String> sweep(Path folder, String name) throws Exception {
    return ChildJvm.run(
        folder,
        DecodePeak.class,
        List.of(
            "-Xmx64m",
            "-Dorg.bytedeco.javacpp.maxBytes=0",
            "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0"),
        SharedData.file("../cases/images/" + name).toAbsolutePath().toString());
  }

  private static byte[] read(String name) throws IOException {
    return Files.readAllBytes(SharedData.file("../cases/images/" + name));
  }

  private static ByteBuffer decode(byte[] file) throws IOException {
    ByteBuffer pixels = ByteBuffer.allocate(GEOMETRY.bytes());
    try (OpenCvImageDecoder decoder = new OpenCvImageDecoder(ImageLimits.DEFAULT)) {
      decoder.decode(file, GEOMETRY, pixels);
    }
    return pixels;
  }
}
