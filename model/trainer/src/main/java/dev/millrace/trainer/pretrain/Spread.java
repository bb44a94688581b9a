package dev.millrace.trainer.pretrain;

import java.nio.FloatBuffer;

/**
 * The collapse measure of Chen and He (2021), section 4.1: the standard deviation of normalised
 * outputs. If all images have the same output, the measure is 0.
 */
final class Spread {

  /** Below this spread, the training has collapsed, and cannot recover. */
  static final double COLLAPSED = 0.1;

  /** Below this spread, the training may collapse. */
  static final double LOW = 0.5;

  private Spread() {}

  /**
   * {@return the mean standard deviation of the values, divided by {@code 1 / sqrt(width)}} The
   * standard deviation of a value is taken over the images. If the outputs' directions are spread
   * evenly, the result is about 1.
   *
   * @param outputs {@code float32[images, width]}; each row is scaled to length 1 before
   * @param width number of values per image
   */
  static double of(FloatBuffer outputs, int width) {
    int images = outputs.limit() / width;
    double[] sums = new double[width];
    double[] squares = new double[width];
    for (int image = 0; image < images; image++) {
      double length = 0;
      for (int i = 0; i < width; i++) {
        double value = outputs.get(image * width + i);
        length += value * value;
      }
      length = Math.sqrt(length);
      for (int i = 0; i < width && length > 0; i++) {
        double value = outputs.get(image * width + i) / length;
        sums[i] += value;
        squares[i] += value * value;
      }
    }
    double deviations = 0;
    for (int i = 0; i < width; i++) {
      double variance = (squares[i] - sums[i] * sums[i] / images) / (images - 1);
      deviations += Math.sqrt(Math.max(0, variance));
    }
    return deviations / width * Math.sqrt(width);
  }
}
