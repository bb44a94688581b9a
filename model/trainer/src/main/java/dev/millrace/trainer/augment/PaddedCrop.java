package dev.millrace.trainer.augment;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Adds a black border, then cuts out a random part that is as large as the image: He et al. (2015),
 * section 4.2.
 *
 * @param padding width of the border, in pixels, at least 0
 */
public record PaddedCrop(int padding) implements RandomChange {

  @Override
  public void apply(Raster image, RandomGenerator random) {
    int down = random.nextInt(2 * padding + 1) - padding;
    int right = random.nextInt(2 * padding + 1) - padding;
    int side = image.side();
    int columns = side - Math.abs(right);
    Arrays.fill(image.other(), (byte) 0);
    for (int y = Math.max(0, -down); columns > 0 && y < Math.min(side, side - down); y++) {
      System.arraycopy(
          image.pixels(),
          image.at(y + down, Math.max(0, right)),
          image.other(),
          image.at(y, Math.max(0, -right)),
          columns * Raster.CHANNELS);
    }
    image.swap();
  }
}
