package dev.millrace.trainer.augment;

import java.util.random.RandomGenerator;

/** Mirrors the image left to right with a probability of 0.5. */
public record Flip() implements RandomChange {

  @Override
  public void apply(Raster image, RandomGenerator random) {
    if (random.nextBoolean()) {
      for (int y = 0; y < image.side(); y++) {
        for (int x = 0; x < image.side(); x++) {
          System.arraycopy(
              image.pixels(),
              image.at(y, image.side() - 1 - x),
              image.other(),
              image.at(y, x),
              Raster.CHANNELS);
        }
      }
      image.swap();
    }
  }
}
