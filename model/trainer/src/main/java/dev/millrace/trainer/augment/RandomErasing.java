package dev.millrace.trainer.augment;

import java.util.random.RandomGenerator;

/**
 * Replaces a random rectangle by noise: Zhong et al., "Random Erasing Data Augmentation" (2020).
 * The rectangle covers 2 % to 33 % of the image, and its sides have a ratio between 0.3 and 1/0.3.
 *
 * @param probability the probability that an image is changed, from 0 to 1
 */
public record RandomErasing(double probability) implements RandomChange {

  private static final double SMALLEST = 0.02;
  private static final double LARGEST = 0.33;
  private static final double LARGEST_RATIO = 1 / 0.3;
  private static final int TRIES = 10;

  @Override
  public void apply(Raster image, RandomGenerator random) {
    if (random.nextDouble() >= probability) {
      return;
    }
    int side = image.side();
    for (int i = 0; i < TRIES; i++) {
      double area = SMALLEST + random.nextDouble() * (LARGEST - SMALLEST);
      double ratio = Math.pow(LARGEST_RATIO, 2 * random.nextDouble() - 1);
      int width = (int) Math.round(side * Math.sqrt(area * ratio));
      int height = (int) Math.round(side * Math.sqrt(area / ratio));
      if (width < side && height < side) {
        erase(
            image,
            random,
            random.nextInt(side - height + 1),
            random.nextInt(side - width + 1),
            height,
            width);
        return;
      }
    }
  }

  private static void erase(
      Raster image, RandomGenerator random, int top, int left, int height, int width) {
    byte[] noise = new byte[width * Raster.CHANNELS];
    for (int y = top; y < top + height; y++) {
      random.nextBytes(noise);
      System.arraycopy(noise, 0, image.pixels(), image.at(y, left), noise.length);
    }
  }
}
