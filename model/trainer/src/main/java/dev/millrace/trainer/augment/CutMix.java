package dev.millrace.trainer.augment;

import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;

/**
 * Replaces a rectangle of each image by the same rectangle of its partner: Yun et al., "CutMix"
 * (2019). All images of a batch have the same rectangle.
 *
 * @param alpha both parameters of the beta distribution from which the share of the original image
 *     is drawn
 * @param side the side of the images, in pixels
 */
record CutMix(double alpha, int side) implements BatchMixer {

  @Override
  public double mix(ByteBuffer pixels, int images, RandomGenerator random) {
    double half = side * Math.sqrt(1 - Beta.draw(alpha, random)) / 2;
    int row = random.nextInt(side);
    int column = random.nextInt(side);
    int top = inside(row - half);
    int bottom = inside(row + half);
    int left = inside(column - half);
    int right = inside(column + half);
    int bytes = side * side * Raster.CHANNELS;
    byte[] one = new byte[(right - left) * Raster.CHANNELS];
    byte[] other = new byte[one.length];
    for (int i = 0; i < images / 2; i++) {
      for (int y = top; y < bottom; y++) {
        int at = (y * side + left) * Raster.CHANNELS;
        pixels.get(i * bytes + at, one);
        pixels.get((images - 1 - i) * bytes + at, other);
        pixels.put(i * bytes + at, other);
        pixels.put((images - 1 - i) * bytes + at, one);
      }
    }
    return 1 - (double) (bottom - top) * (right - left) / (side * side);
  }

  private int inside(double place) {
    return (int) Math.max(0, Math.min(side, Math.round(place)));
  }
}
