package dev.millrace.trainer.augment;

import java.util.random.RandomGenerator;

/** A random change to an image. */
public interface RandomChange {

  /**
   * Changes an image.
   *
   * @param image the image
   * @param random determines the change
   */
  void apply(Raster image, RandomGenerator random);
}
