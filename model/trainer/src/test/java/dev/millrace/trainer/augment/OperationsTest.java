package dev.millrace.trainer.augment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.training.Views;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Compares the operations with values that were computed by hand. */
class OperationsTest {

  /** Returns the red values of a grey image of 3 x 3 pixels after a change. */
  private static int[] grey(Consumer<Raster> change, int... values) {
    Raster raster = new Raster(3);
    byte[] pixels = new byte[27];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) values[i / 3];
    }
    raster.set(pixels);
    change.accept(raster);
    int[] result = new int[9];
    for (int i = 0; i < result.length; i++) {
      result[i] = raster.pixels()[i * 3] & 0xff;
    }
    return result;
  }

  private static int[] nine(int value) {
    return new int[] {value, value, value, value, value, value, value, value, value};
  }

  private static final int[] RISING = {10, 20, 30, 40, 50, 60, 70, 80, 90};

  @Test
  void brightness_multipliesAndIsCutOff() {
    assertThat(grey(image -> Blending.brightness(image, 3), RISING))
        .containsExactly(30, 60, 90, 120, 150, 180, 210, 240, 255);
  }

  @Test
  void contrast_movesFromTheMean() {
    assertThat(grey(image -> Blending.contrast(image, 0.5), RISING))
        .containsExactly(30, 35, 40, 45, 50, 55, 60, 65, 70);
  }

  @Test
  void saturation_ofAGreyImage_changesNothing() {
    assertThat(grey(image -> Blending.saturation(image, 0), RISING)).containsExactly(RISING);
  }

  @Test
  void sharpness_changesOnlyTheInside() {
    assertThat(grey(image -> Blending.sharpness(image, 0), 0, 0, 0, 0, 130, 0, 0, 0, 0))
        .containsExactly(0, 0, 0, 0, 50, 0, 0, 0, 0);
  }

  @Test
  void posterize_keepsTheHighestBits() {
    assertThat(grey(image -> Tones.posterize(image, 2), nine(200))).containsExactly(nine(192));
  }

  @Test
  void solarize_invertsFromTheThresholdOn() {
    assertThat(grey(image -> Tones.solarize(image, 60), RISING))
        .containsExactly(10, 20, 30, 40, 50, 195, 185, 175, 165);
  }

  @Test
  void autoContrast_usesTheWholeRange() {
    assertThat(grey(Tones::autoContrast, RISING))
        .containsExactly(0, 31, 63, 95, 127, 159, 191, 223, 255);
    assertThat(grey(Tones::autoContrast, nine(7))).containsExactly(nine(7));
  }

  @Test
  void equalize_ofFewerPixelsThanValues_changesNothing() {
    assertThat(grey(Tones::equalize, RISING)).containsExactly(RISING);
  }

  @Test
  void equalize_spreadsTheValues() {
    int side = 32;
    Raster image = new Raster(side);
    for (int i = 0; i < image.pixels().length; i++) {
      image.pixels()[i] = (byte) (100 + i / 3 % 4);
    }
    Tones.equalize(image);
    // Each of four values has 256 of the 1,024 pixels. A step of the result is (1,024 - 256) / 255
    // = 3 pixels.
    assertThat(image.pixels()[0] & 0xff).isZero();
    assertThat(image.pixels()[3] & 0xff).isEqualTo((1 + 256) / 3);
    assertThat(image.pixels()[6] & 0xff).isEqualTo((1 + 512) / 3);
    assertThat(image.pixels()[9] & 0xff).isEqualTo(255);
  }

  @Test
  void affineMaps_moveThePixels() {
    assertThat(grey(Affine.shift(1, 0)::apply, RISING))
        .containsExactly(20, 30, 0, 50, 60, 0, 80, 90, 0);
    assertThat(grey(Affine.rotation(180)::apply, RISING))
        .containsExactly(90, 80, 70, 60, 50, 40, 30, 20, 10);
    assertThat(grey(Affine.shear(1, 0)::apply, RISING))
        .containsExactly(0, 10, 20, 40, 50, 60, 80, 90, 0);
  }

  @Test
  void hue_turnedOnce_isTheImage_andGreyStays() {
    assertThat(grey(image -> Hue.turn(image, 0.3), RISING)).containsExactly(RISING);
    Raster image = new Raster(1);
    image.set(new byte[] {(byte) 150, 80, 90});
    Hue.turn(image, 1);
    assertThat(image.pixels()).containsExactly(150, 80, 90);
    Hue.turn(image, 0.5);
    assertThat(image.pixels()[0] & 0xff).isLessThan(80);
    assertThat(image.pixels()[1] & 0xff).isGreaterThan(100);
  }

  @Test
  void blur_spreadsAPixelByAGaussian() {
    // By hand, the weights of a Gaussian with a standard deviation of 0.5 pixels are 0.786571 for
    // the pixel itself, 0.106451 at a distance of 1 pixel, and 0.000263 at 2 pixels. Pixels at the
    // edge are repeated.
    assertThat(grey(image -> GaussianBlur.blur(image, 0.5), 0, 0, 0, 0, 200, 0, 0, 0, 0))
        .containsExactly(2, 17, 2, 17, 123, 17, 2, 17, 2);
    assertThat(grey(image -> GaussianBlur.blur(image, 2), nine(77))).containsExactly(nine(77));
  }

  @Test
  void sometimes_changesTheWantedShareOfTheImages() {
    RandomChange black = (image, random) -> Blending.brightness(image, 0);
    SplittableRandom random = new SplittableRandom(1);
    int changed = 0;
    for (int i = 0; i < 1_000; i++) {
      changed +=
          grey(image -> new Sometimes(0.3, black).apply(image, random), nine(9))[0] == 0 ? 1 : 0;
    }
    assertThat(changed).isBetween(250, 350);
    assertThat(grey(image -> new Sometimes(0, black).apply(image, random), nine(9)))
        .containsExactly(nine(9));
    assertThat(grey(image -> new Sometimes(1, black).apply(image, random), nine(9)))
        .containsExactly(nine(0));
  }

  @Test
  void viewWithoutChanges_isTheImage() {
    ViewChanges none = new ViewChanges(new Views(1, false, 0, 0, 0));

    assertThat(grey(image -> none.apply(image, new SplittableRandom(2)), nine(50)))
        .containsExactly(nine(50));
  }

  @Test
  void greyView_hasEqualChannels() {
    Raster raster = new Raster(1);
    raster.set(new byte[] {100, 50, 10});

    new ViewChanges(new Views(1, false, 0, 1, 0)).apply(raster, new SplittableRandom(3));

    assertThat(raster.pixels()).containsExactly(60, 60, 60); // 0.299, 0.587 and 0.114
  }
}
