package dev.millrace.trainer.augment;

import java.util.random.RandomGenerator;

/**
 * Blurs the image with a Gaussian, whose standard deviation is drawn between 0.1 and 2 pixels: Chen
 * et al., "A Simple Framework for Contrastive Learning" (2020), appendix A. The pixels at the edge
 * are repeated outside the image.
 */
record GaussianBlur() implements RandomChange {

  private static final double LEAST = 0.1;
  private static final double MOST = 2;
  private static final int REACH = 3;

  @Override
  public void apply(Raster image, RandomGenerator random) {
    blur(image, LEAST + (MOST - LEAST) * random.nextDouble());
  }

  /**
   * Blurs the rows, then the columns.
   *
   * @param deviation the standard deviation of the Gaussian, in pixels
   */
  static void blur(Raster image, double deviation) {
    double[] weights = weights(deviation);
    along(image, weights, false);
    along(image, weights, true);
  }

  /** {@return the weights of a pixel's neighbours, from left to right, which sum up to 1} */
  private static double[] weights(double deviation) {
    int radius = (int) Math.ceil(REACH * deviation);
    double[] weights = new double[2 * radius + 1];
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      weights[i] = Math.exp(-Math.pow((i - radius) / deviation, 2) / 2);
      sum += weights[i];
    }
    for (int i = 0; i < weights.length; i++) {
      weights[i] /= sum;
    }
    return weights;
  }

  private static void along(Raster image, double[] weights, boolean columns) {
    int last = image.side() - 1;
    int radius = weights.length / 2;
    for (int y = 0; y <= last; y++) {
      for (int x = 0; x <= last; x++) {
        for (int channel = 0; channel < Raster.CHANNELS; channel++) {
          double sum = 0;
          for (int i = 0; i < weights.length; i++) {
            int place = Math.max(0, Math.min(last, (columns ? y : x) + i - radius));
            int from = columns ? image.at(place, x) : image.at(y, place);
            sum += weights[i] * (image.pixels()[from + channel] & 0xff);
          }
          image.other()[image.at(y, x) + channel] = Raster.clamped(sum);
        }
      }
    }
    image.swap();
  }
}
