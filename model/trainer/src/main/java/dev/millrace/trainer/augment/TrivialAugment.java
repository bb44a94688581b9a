package dev.millrace.trainer.augment;

import java.util.random.RandomGenerator;

/**
 * Applies one random operation with a random strength: Müller and Hutter, "TrivialAugment" (2021).
 * The operations and strengths come from the paper's wide search space, except for the largest
 * shift. The largest shift is a third of the image's side, because the images may be small.
 */
public record TrivialAugment() implements RandomChange {

  /** The number of different strengths, which are evenly spaced from 0 to 1. */
  private static final int STRENGTHS = 31;

  private static final double MOST = 0.99;
  private static final double LARGEST_SHIFT = 1.0 / 3;
  private static final double LARGEST_ANGLE = 135;
  private static final int LOST_BITS = 6;
  private static final int BITS = 8;
  private static final int LARGEST = 255;

  private enum Operation {
    IDENTITY,
    SHEAR_X,
    SHEAR_Y,
    TRANSLATE_X,
    TRANSLATE_Y,
    ROTATE,
    BRIGHTNESS,
    COLOR,
    CONTRAST,
    SHARPNESS,
    POSTERIZE,
    SOLARIZE,
    AUTO_CONTRAST,
    EQUALIZE
  }

  @Override
  public void apply(Raster image, RandomGenerator random) {
    Operation operation = Operation.values()[random.nextInt(Operation.values().length)];
    double strength = random.nextInt(STRENGTHS) / (STRENGTHS - 1.0);
    apply(operation, strength, random.nextBoolean() ? strength : -strength, image);
  }

  /**
   * Applies an operation.
   *
   * @param strength the strength, from 0 to 1
   * @param signed the strength with a random sign, for operations that have a direction
   */
  private static void apply(Operation operation, double strength, double signed, Raster image) {
    double shift = signed * LARGEST_SHIFT * image.side();
    switch (operation) {
      case IDENTITY -> {}
      case SHEAR_X -> Affine.shear(MOST * signed, 0).apply(image);
      case SHEAR_Y -> Affine.shear(0, MOST * signed).apply(image);
      case TRANSLATE_X -> Affine.shift(shift, 0).apply(image);
      case TRANSLATE_Y -> Affine.shift(0, shift).apply(image);
      case ROTATE -> Affine.rotation(LARGEST_ANGLE * signed).apply(image);
      case BRIGHTNESS -> Blending.brightness(image, 1 + MOST * signed);
      case COLOR -> Blending.saturation(image, 1 + MOST * signed);
      case CONTRAST -> Blending.contrast(image, 1 + MOST * signed);
      case SHARPNESS -> Blending.sharpness(image, 1 + MOST * signed);
      case POSTERIZE -> Tones.posterize(image, BITS - (int) Math.round(LOST_BITS * strength));
      case SOLARIZE -> Tones.solarize(image, LARGEST * (1 - strength));
      case AUTO_CONTRAST -> Tones.autoContrast(image);
      case EQUALIZE -> Tones.equalize(image);
    }
  }
}
