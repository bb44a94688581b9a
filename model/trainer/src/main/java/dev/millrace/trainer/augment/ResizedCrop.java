package dev.millrace.trainer.augment;

import java.util.random.RandomGenerator;

/**
 * Cuts out a random part and resizes it to the size of the image, with bilinear interpolation:
 * Szegedy et al., "Going Deeper with Convolutions" (2015). Width and height of the part have a
 * ratio between 3/4 and 4/3.
 *
 * @param minArea the smallest area of the part, as a share of the image's area, above 0 and at most
 *     1
 */
public record ResizedCrop(double minArea) implements RandomChange {

  private static final double LARGEST_RATIO = 4.0 / 3;
  private static final int TRIES = 10;

  @Override
  public void apply(Raster image, RandomGenerator random) {
    int side = image.side();
    for (int i = 0; i < TRIES; i++) {
      double area = minArea + random.nextDouble() * (1 - minArea);
      double ratio = Math.pow(LARGEST_RATIO, 2 * random.nextDouble() - 1);
      double width = side * Math.sqrt(area * ratio);
      double height = side * Math.sqrt(area / ratio);
      if (width <= side && height <= side) {
        resize(
            image,
            random.nextDouble() * (side - height),
            random.nextDouble() * (side - width),
            height / side,
            width / side);
        return;
      }
    }
  }

  /**
   * Resizes the part that begins at {@code (top, left)}. Each pixel of the result covers {@code
   * high} times {@code wide} pixels of the part.
   */
  private static void resize(Raster image, double top, double left, double high, double wide) {
    for (int y = 0; y < image.side(); y++) {
      for (int x = 0; x < image.side(); x++) {
        sample(image, top + (y + 0.5) * high - 0.5, left + (x + 0.5) * wide - 0.5, image.at(y, x));
      }
    }
    image.swap();
  }

  private static void sample(Raster image, double y, double x, int to) {
    int last = image.side() - 1;
    int above = Math.max(0, Math.min(last, (int) Math.floor(y)));
    int before = Math.max(0, Math.min(last, (int) Math.floor(x)));
    int below = Math.min(last, above + 1);
    int after = Math.min(last, before + 1);
    double down = Math.max(0, y - above);
    double right = Math.max(0, x - before);
    byte[] pixels = image.pixels();
    for (int channel = 0; channel < Raster.CHANNELS; channel++) {
      double top =
          (1 - right) * (pixels[image.at(above, before) + channel] & 0xff)
              + right * (pixels[image.at(above, after) + channel] & 0xff);
      double bottom =
          (1 - right) * (pixels[image.at(below, before) + channel] & 0xff)
              + right * (pixels[image.at(below, after) + channel] & 0xff);
      image.other()[to + channel] = Raster.clamped((1 - down) * top + down * bottom);
    }
  }
}
