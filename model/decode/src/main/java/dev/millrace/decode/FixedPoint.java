package dev.millrace.decode;

/** The numbers that a weighted sum of 8-bit samples is computed with, which are Pillow's. */
final class FixedPoint {

  /** Bits behind the binary point of a weight; 255 times all weights stays within an int. */
  static final int PRECISION = 22;

  /** What a sum begins with, so that it is rounded and not cut off. */
  static final int HALF = 1 << (PRECISION - 1);

  private FixedPoint() {}

  /** The weight as an integer. */
  static int of(double weight) {
    return (int) (0.5 + weight * (1 << PRECISION));
  }

  /** Makes samples of sums, in place. */
  static void round(int[] sums) {
    for (int i = 0; i < sums.length; i++) {
      int sample = sums[i] >> PRECISION;
      // The weights' own rounding can give 256. This is 255 then, in a way that is vectorised.
      sums[i] = sample - (sample >> 8);
    }
  }
}
