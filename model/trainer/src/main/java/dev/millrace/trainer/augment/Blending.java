package dev.millrace.trainer.augment;

/**
 * Changes that mix an image with a duller version of itself, as Pillow's {@code ImageEnhance} does.
 * A factor of 0 gives the duller version, and 1 gives the image itself. A factor above 1 moves the
 * image away from the duller version.
 */
final class Blending {

  private static final int KERNEL_SUM = 13;
  private static final int KERNEL_CENTRE = 5;

  private Blending() {}

  /** Mixes the image with black. */
  static void brightness(Raster image, double factor) {
    byte[] pixels = image.pixels();
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = Raster.clamped(factor * (pixels[i] & 0xff));
    }
  }

  /** Mixes the image with its mean grey. */
  static void contrast(Raster image, double factor) {
    byte[] pixels = image.pixels();
    double sum = 0;
    for (int i = 0; i < pixels.length; i += Raster.CHANNELS) {
      sum += grey(pixels, i);
    }
    double mean = sum * Raster.CHANNELS / pixels.length;
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = mixed(pixels[i], mean, factor);
    }
  }

  /** Mixes each pixel with its grey. */
  static void saturation(Raster image, double factor) {
    byte[] pixels = image.pixels();
    for (int i = 0; i < pixels.length; i += Raster.CHANNELS) {
      double grey = grey(pixels, i);
      for (int channel = 0; channel < Raster.CHANNELS; channel++) {
        pixels[i + channel] = mixed(pixels[i + channel], grey, factor);
      }
    }
  }

  /**
   * Mixes the image with a smoothed copy of itself. The pixels at the edge of the image stay as
   * they are.
   */
  static void sharpness(Raster image, double factor) {
    byte[] pixels = image.pixels();
    System.arraycopy(pixels, 0, image.other(), 0, pixels.length);
    for (int y = 1; y < image.side() - 1; y++) {
      for (int i = image.at(y, 1); i < image.at(y, image.side() - 1); i++) {
        image.other()[i] = mixed(pixels[i], smoothed(image, i), factor);
      }
    }
    image.swap();
  }

  private static double smoothed(Raster image, int i) {
    int row = image.at(1, 0);
    int sum = (KERNEL_CENTRE - 1) * (image.pixels()[i] & 0xff);
    for (int j = i - row; j <= i + row; j += row) {
      for (int k = j - Raster.CHANNELS; k <= j + Raster.CHANNELS; k += Raster.CHANNELS) {
        sum += image.pixels()[k] & 0xff;
      }
    }
    return (double) sum / KERNEL_SUM;
  }

  private static byte mixed(byte value, double duller, double factor) {
    return Raster.clamped(duller + factor * ((value & 0xff) - duller));
  }

  /** {@return the luma of a pixel, by ITU-R 601-2} */
  static double grey(byte[] pixels, int at) {
    return 0.299 * (pixels[at] & 0xff)
        + 0.587 * (pixels[at + 1] & 0xff)
        + 0.114 * (pixels[at + 2] & 0xff);
  }
}
