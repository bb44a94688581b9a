package dev.millrace.trainer.augment;

import java.util.random.RandomGenerator;

/** Draws from symmetric beta distributions. */
final class Beta {

  private Beta() {}

  /**
   * {@return a random number from 0 to 1, from the beta distribution with both parameters alpha}
   */
  static double draw(double alpha, RandomGenerator random) {
    double one = gamma(alpha, random);
    double other = gamma(alpha, random);
    return one + other > 0 ? one / (one + other) : 0.5;
  }

  /**
   * {@return a random number from the gamma distribution with the given shape} See Marsaglia and
   * Tsang, "A simple method for generating gamma variables" (2000).
   */
  private static double gamma(double shape, RandomGenerator random) {
    if (shape < 1) {
      return gamma(shape + 1, random) * Math.pow(random.nextDouble(), 1 / shape);
    }
    double d = shape - 1.0 / 3;
    double c = 1 / Math.sqrt(9 * d);
    while (true) {
      double normal = random.nextGaussian();
      double cube = Math.pow(1 + c * normal, 3);
      if (cube > 0
          && Math.log(random.nextDouble())
              < normal * normal / 2 + d - d * cube + d * Math.log(cube)) {
        return d * cube;
      }
    }
  }
}
