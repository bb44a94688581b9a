package dev.millrace.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.BadImageException.Reason;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class GifFrameTest {

  private static final BufferedImage PICTURE =
      Pictures.gradient(61, 47, BufferedImage.TYPE_INT_RGB);

  /** A frame of 2x1 pixels, black and white, at column 1 and row 2 of a canvas of 4x3 pixels. */
  private static final String HEADER = "474946383961" + "0400" + "0300";

  private static final String BLACK_AND_WHITE = "000000" + "ffffff";
  private static final String FRAME = "2c" + "0100" + "0200" + "0200" + "0100" + "00";

  /** The codes "clear", 0, 1 and "end", of 3 bits each: 100 000 001 101, low bits first. */
  private static final String PIXELS = "02" + "02" + "440a" + "00";

  @Test
  void frame_ofManyColours_equalsTheJdksOwn() throws IOException {
    assertEqualsTheJdks(Pictures.encode(PICTURE, "gif"));
  }

  @Test
  void interlacedFrame_equalsTheJdksOwn() throws IOException {
    assertEqualsTheJdks(Pictures.interlacedGif(PICTURE));
  }

  @Test
  void smallFrame_liesOnItsCanvas() {
    byte[] gif = Pictures.hex(HEADER + "80" + "0000" + BLACK_AND_WHITE + FRAME + PIXELS + "3b");

    assertThat(row(gif, 2)).containsExactly(rgb(0, 0, 255, 0));
    assertThat(row(gif, 0)).containsExactly(rgb(0, 0, 0, 0));
  }

  @Test
  void canvasAroundTheFrame_hasTheColourOfTheTransparentIndex() {
    String control = "21f904" + "01" + "0000" + "01" + "00";
    byte[] gif =
        Pictures.hex(HEADER + "80" + "0000" + BLACK_AND_WHITE + control + FRAME + PIXELS + "3b");

    assertThat(row(gif, 2)).containsExactly(rgb(255, 0, 255, 255));
    assertThat(row(gif, 1)).containsExactly(rgb(255, 255, 255, 255));
  }

  @Test
  void fileWithoutPalette_isGrey() {
    byte[] gif = Pictures.hex(HEADER + "00" + "0000" + FRAME + PIXELS + "3b");

    assertThat(row(gif, 2)).containsExactly(rgb(0, 0, 1, 0));
  }

  @Test
  void laterFrames_areNotLookedAt() {
    byte[] gif = Pictures.hex(HEADER + "80" + "0000" + BLACK_AND_WHITE + FRAME + PIXELS + "2cffff");

    assertThat(row(gif, 2)).containsExactly(rgb(0, 0, 255, 0));
  }

  @Test
  void fileCutOffAtEachByte_isRefused() {
    byte[] gif = Pictures.encode(PICTURE, "gif");
    // The end code, the block's end and the trailer follow the code of the last pixel. So the loop
    // stops before them.
    for (int length = 6; length < gif.length - 4; length++) {
      byte[] cut = Arrays.copyOf(gif, length);
      assertThatThrownBy(() -> decode(cut))
          .isInstanceOf(BadImageException.class)
          .extracting(e -> ((BadImageException) e).reason())
          .isEqualTo(Reason.UNDECODABLE);
    }
  }

  @Test
  void codeThatWasNeverMade_isRefused() {
    // The codes "clear" and 7. Code 7 is not in the table, which ends at 5.
    String pixels = "02" + "01" + "3c" + "00";
    byte[] gif = Pictures.hex(HEADER + "80" + "0000" + BLACK_AND_WHITE + FRAME + pixels + "3b");

    assertThatThrownBy(() -> decode(gif)).hasMessageContaining("damaged after 0 pixels");
  }

  @Test
  void floodOfClearCodes_isRefusedAtOnce() {
    ByteArrayOutputStream gif = new ByteArrayOutputStream();
    gif.writeBytes(Pictures.hex(HEADER + "80" + "0000" + BLACK_AND_WHITE + FRAME + "02"));
    byte[] clears = new byte[256];
    clears[0] = (byte) 0xFF;
    byte[] three = Pictures.hex("244992"); // binary code 100 (clear) eight times, low bits first
    for (int i = 0; i < 255; i++) {
      clears[1 + i] = three[i % 3];
    }
    for (int block = 0; block < 8_000; block++) {
      gif.writeBytes(clears);
    }
    gif.write(0);

    Assertions.assertTimeout(
        Duration.ofSeconds(5),
        () -> assertThatThrownBy(() -> decode(gif.toByteArray())).hasMessageContaining("ends"));
  }

  private static void assertEqualsTheJdks(byte[] gif) throws IOException {
    BufferedImage expected = ImageIO.read(new ByteArrayInputStream(gif));
    for (int y = 0; y < expected.getHeight(); y++) {
      byte[] row = new byte[3 * expected.getWidth()];
      for (int x = 0; x < expected.getWidth(); x++) {
        int argb = expected.getRGB(x, y);
        row[3 * x] = (byte) (argb >> 16);
        row[3 * x + 1] = (byte) (argb >> 8);
        row[3 * x + 2] = (byte) argb;
      }
      assertThat(row(gif, y)).isEqualTo(row);
    }
  }

  private static PixelRows decode(byte[] gif) {
    return GifFrame.read(new HeaderReader(ImageFormat.GIF, gif)).decode();
  }

  private static byte[] row(byte[] gif, int y) {
    try (PixelRows picture = decode(gif)) {
      byte[] row = new byte[3 * picture.width()];
      picture.copyRow(y, 0, picture.width(), row);
      return row;
    }
  }

  private static byte[] rgb(int... greys) {
    byte[] rgb = new byte[3 * greys.length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) greys[i / 3];
    }
    return rgb;
  }
}
