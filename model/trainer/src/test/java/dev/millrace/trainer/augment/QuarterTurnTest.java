package dev.millrace.trainer.augment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class QuarterTurnTest {

  private static final int SIDE = 3;

  /** {@return the pixels of an image whose channels have the values n, n + 10 and n + 20} */
  private static byte[] pixels(int... values) {
    byte[] pixels = new byte[values.length * Raster.CHANNELS];
    for (int i = 0; i < values.length; i++) {
      for (int channel = 0; channel < Raster.CHANNELS; channel++) {
        pixels[i * Raster.CHANNELS + channel] = (byte) (values[i] + 10 * channel);
      }
    }
    return pixels;
  }

  @Test
  void quarterTurn_makesTheRightEdgeTheUpperEdge_andKeepsEachPixel() {
    Raster image = new Raster(SIDE);
    image.set(pixels(1, 2, 3, 4, 5, 6, 7, 8, 9));

    QuarterTurn.counterclockwise(image);

    assertThat(image.pixels()).isEqualTo(pixels(3, 6, 9, 2, 5, 8, 1, 4, 7));
  }

  @Test
  void twoQuarterTurns_reverseThePixels_andFourChangeNothing() {
    Raster image = new Raster(SIDE);
    image.set(pixels(1, 2, 3, 4, 5, 6, 7, 8, 9));

    QuarterTurn.counterclockwise(image);
    QuarterTurn.counterclockwise(image);
    assertThat(image.pixels()).isEqualTo(pixels(9, 8, 7, 6, 5, 4, 3, 2, 1));

    byte[] random = new byte[SIDE * SIDE * Raster.CHANNELS];
    new Random(1).nextBytes(random);
    image.set(random);
    for (int turn = 0; turn < 4; turn++) {
      QuarterTurn.counterclockwise(image);
    }
    assertThat(image.pixels()).isEqualTo(random);
  }
}
