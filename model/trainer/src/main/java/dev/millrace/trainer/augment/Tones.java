package dev.millrace.trainer.augment;

import java.util.function.IntUnaryOperator;

/** Changes that replace each value of a pixel by another value, as Pillow's {@code ImageOps} do. */
final class Tones {

  private static final int VALUES = 256;
  private static final int LARGEST = 255;
  private static final int BITS = 8;

  private Tones() {}

  /** Keeps only the {@code bits} highest bits of each value. */
  static void posterize(Raster image, int bits) {
    int mask = LARGEST << (BITS - bits);
    replaceAll(image, value -> value & mask);
  }

  /** Inverts all values that are at least {@code threshold}. */
  static void solarize(Raster image, double threshold) {
    replaceAll(image, value -> value < threshold ? value : LARGEST - value);
  }

  private static void replaceAll(Raster image, IntUnaryOperator replacement) {
    for (int channel = 0; channel < Raster.CHANNELS; channel++) {
      replace(image, channel, replacement);
    }
  }

  private static void replace(Raster image, int channel, IntUnaryOperator replacement) {
    byte[] pixels = image.pixels();
    for (int i = channel; i < pixels.length; i += Raster.CHANNELS) {
      pixels[i] = (byte) replacement.applyAsInt(pixels[i] & 0xff);
    }
  }

  /** Stretches the values of each channel to the whole range. */
  static void autoContrast(Raster image) {
    for (int channel = 0; channel < Raster.CHANNELS; channel++) {
      int[] counts = counts(image, channel);
      int darkest = 0;
      while (counts[darkest] == 0) {
        darkest++;
      }
      int low = darkest;
      int high = brightest(counts);
      if (high > low) {
        replace(image, channel, value -> (value - low) * LARGEST / (high - low));
      }
    }
  }

  /**
   * Changes the values of each channel so that each value occurs in about the same number of
   * pixels.
   */
  static void equalize(Raster image) {
    for (int channel = 0; channel < Raster.CHANNELS; channel++) {
      int[] counts = counts(image, channel);
      int pixels = image.side() * image.side();
      int step = (pixels - counts[brightest(counts)]) / LARGEST;
      if (step > 0) {
        int[] values = new int[VALUES];
        int sum = step / 2;
        for (int value = 0; value < VALUES; value++) {
          values[value] = Math.min(LARGEST, sum / step);
          sum += counts[value];
        }
        replace(image, channel, value -> values[value]);
      }
    }
  }

  private static int[] counts(Raster image, int channel) {
    int[] counts = new int[VALUES];
    for (int i = channel; i < image.pixels().length; i += Raster.CHANNELS) {
      counts[image.pixels()[i] & 0xff]++;
    }
    return counts;
  }

  private static int brightest(int[] counts) {
    int value = LARGEST;
    while (counts[value] == 0) {
      value--;
    }
    return value;
  }
}
