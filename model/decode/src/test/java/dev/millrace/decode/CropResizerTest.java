package dev.millrace.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Fit;
import dev.millrace.core.image.Preprocessing.Interpolation;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class CropResizerTest {

  @ParameterizedTest(name = "{0}x{1} to {2}, cropped to {3}")
  @CsvFileSource(resources = "resized-noise.tsv", delimiter = '\t', useHeadersInDisplayName = true)
  void pixels_equalPillowsToTheBit(int width, int height, int resize, int size, String sha256) {
    Preprocessing geometry = Pictures.geometry(resize, size);
    ByteBuffer pixels = ByteBuffer.allocate(geometry.bytes());

    new CropResizer().resize(new Noise(width, height), geometry, pixels);

    assertThat(Pictures.sha256(pixels)).isEqualTo(sha256);
  }

  @ParameterizedTest(name = "{0}x{1}, {2} to {3}x{4}, {5}")
  @CsvFileSource(resources = "fitted-noise.tsv", delimiter = '\t', useHeadersInDisplayName = true)
  void pixelsOfEachFitAndInterpolation_equalPillowsToTheBit(
      int width, int height, Fit fit, int across, int down, Interpolation with, String sha256) {
    int resize = Math.max(across, down) + 9;
    Preprocessing geometry = Pictures.fitted(across, down, resize, fit, with);
    ByteBuffer pixels = ByteBuffer.allocate(geometry.bytes());

    new CropResizer().resize(new Noise(width, height), geometry, pixels);

    assertThat(Pictures.sha256(pixels)).isEqualTo(sha256);
  }

  @Test
  void padding_isBlackInABufferThatWasUsed() {
    Preprocessing geometry = Pictures.fitted(8, 8, 0, Fit.PAD, Interpolation.NEAREST);
    byte[] used = new byte[geometry.bytes()];
    Arrays.fill(used, (byte) 0x5A);

    new CropResizer().resize(new Noise(8, 2), geometry, ByteBuffer.wrap(used));

    byte[] noise = Pictures.noise(8, 2);
    assertThat(Arrays.copyOfRange(used, 3 * 8 * 3, 5 * 8 * 3)).isEqualTo(noise);
    assertThat(Arrays.copyOf(used, 3 * 8 * 3)).containsOnly(0);
    assertThat(Arrays.copyOfRange(used, 5 * 8 * 3, used.length)).containsOnly(0);
  }

  @Test
  void sideThatTheWeightsWouldTakeGigabytesFor_isTooLarge() {
    Preprocessing squash = Pictures.fitted(224, 224, 0, Fit.SQUASH, Interpolation.LANCZOS);

    assertThatCode(() -> Fitting.of(65_535, 1, squash)).doesNotThrowAnyException();
    assertThatThrownBy(() -> Fitting.of(1, 65_536, squash))
        .hasMessage(
            "the image claims 1x65536 pixels, but with fit squash a side may have at most 65535");
  }

  @Test
  void resizer_usedForOnePictureAfterTheOther_givesEachItsOwnPixels() {
    CropResizer used = new CropResizer();
    int[][] sizes = {{90, 160}, {1, 1}, {300, 20}, {160, 90}, {90, 160}, {90, 161}};
    for (int[] size : sizes) {
      for (Preprocessing geometry :
          new Preprocessing[] {
            Pictures.square(32), Pictures.geometry(64, 32), Pictures.geometry(65, 64)
          }) {
        ByteBuffer expected = ByteBuffer.allocate(geometry.bytes());
        new CropResizer().resize(new Noise(size[0], size[1]), geometry, expected);
        ByteBuffer pixels = ByteBuffer.allocate(geometry.bytes());

        used.resize(new Noise(size[0], size[1]), geometry, pixels);

        assertThat(pixels).isEqualTo(expected);
      }
    }
  }

  @Test
  void veryLongPicture_isReadOnlyWhereTheCropIs() {
    Noise tall = new Noise(3, 30_000);
    Noise wide = new Noise(30_000, 3);
    ByteBuffer pixels = ByteBuffer.allocate(Pictures.geometry(256, 224).bytes());

    new CropResizer().resize(tall, Pictures.geometry(256, 224), pixels);
    new CropResizer().resize(wide, Pictures.geometry(256, 224), pixels);

    assertThat(tall.pixelsRead).isLessThanOrEqualTo(5 * 5);
    assertThat(wide.pixelsRead).isLessThanOrEqualTo(5 * 5);
  }

  @Test
  void slotsPosition_isNeitherUsedNorMoved() {
    Preprocessing geometry = Pictures.square(4);
    ByteBuffer pixels = ByteBuffer.allocateDirect(geometry.bytes() + 7).position(5);

    new CropResizer().resize(new Noise(4, 4), geometry, pixels);

    assertThat(pixels.position()).isEqualTo(5);
    byte[] written = new byte[geometry.bytes()];
    pixels.get(0, written);
    assertThat(written).isEqualTo(Pictures.noise(4, 4));
  }

  /** A picture on the heap that counts the pixels that are read. */
  private static final class Noise implements PixelRows {

    private final int width;
    private final int height;
    private final byte[] rgb;
    private long pixelsRead;

    Noise(int width, int height) {
      this.width = width;
      this.height = height;
      this.rgb = Pictures.noise(width, height);
    }

    @Override
    public int width() {
      return width;
    }

    @Override
    public int height() {
      return height;
    }

    @Override
    public void copyRow(int y, int x, int columns, byte[] target) {
      System.arraycopy(rgb, 3 * (y * width + x), target, 0, 3 * columns);
      pixelsRead += columns;
    }

    @Override
    public void close() {
      // There is nothing to free.
    }
  }
}
