package dev.millrace.decode;

/** Fixed-point arithmetic for weighted sums of 8-bit samples, equal to Pillow's. */
final class FixedPoint {

  /**
   * Bits after the binary point of a weight. The weights of a pixel sum to 1, and the negative
   * weights of a cubic or Lanczos filter are small. So 255 times a sum of weights fits into an int.
   */
  static final int PRECISION = 22;

  /** The start value of a sum, so that the sum is rounded and not truncated. */
  static final int HALF = 1 << (PRECISION - 1);

  private static final int WHITE = 255;

  private FixedPoint() {}

  /** {@return a weight as a fixed-point number, rounded half away from zero} */
  static int of(double weight) {
    return (int) (Math.copySign(0.5, weight) + weight * (1 << PRECISION));
  }

  /** Converts sums to samples from 0 to 255, in place. */
  static void round(int[] sums) {
    for (int i = 0; i < sums.length; i++) {
      int sample = sums[i] >> PRECISION;
      // A sum below black becomes 0 and a sum above white 255. C2 can vectorise these shifts and
      // masks, but not Math.min and Math.max.
      sums[i] = (sample | (WHITE - sample) >> 31) & ~(sample >> 31) & WHITE;
    }
  }
}
