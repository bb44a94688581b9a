package dev.millrace.trainer.augment;

import java.util.random.RandomGenerator;

/**
 * Changes brightness, contrast, saturation and hue at random, in this order. Each of the first
 * three is multiplied by a factor between {@code 1 - strength} and {@code 1 + strength}. The hue is
 * rotated by up to {@code hue} of the colour circle, in either direction.
 *
 * @param strength the largest change of brightness, contrast and saturation, from 0 to 1
 * @param hue the largest rotation of the hue, as a share of the colour circle, from 0 to 0.5
 */
public record ColorJitter(double strength, double hue) implements RandomChange {

  @Override
  public void apply(Raster image, RandomGenerator random) {
    Blending.brightness(image, factor(random));
    Blending.contrast(image, factor(random));
    Blending.saturation(image, factor(random));
    if (hue > 0) {
      Hue.turn(image, hue * (2 * random.nextDouble() - 1));
    }
  }

  private double factor(RandomGenerator random) {
    return 1 + strength * (2 * random.nextDouble() - 1);
  }
}
