package dev.millrace.trainer.augment;

import java.util.random.RandomGenerator;

/**
 * Applies a change with a probability.
 *
 * @param probability the probability, from 0 to 1
 * @param change the change
 */
record Sometimes(double probability, RandomChange change) implements RandomChange {

  @Override
  public void apply(Raster image, RandomGenerator random) {
    if (random.nextDouble() < probability) {
      change.apply(image, random);
    }
  }
}
