package dev.millrace.decode;

/** Fixed-point arithmetic for weighted sums of 8-bit samples, equal to Pillow's. */
final class FixedPoint {

  /**
   * Bits after the binary point of a weight. The weights of a pixel sum to 1, so 255 times their
   * sum fits into an int.
   */
  static final int PRECISION = 22;

  /** The start value of a sum, so that the sum is rounded and not truncated. */
  static final int HALF = 1 << (PRECISION - 1);

  private FixedPoint() {}

  /** {@return a weight as a fixed-point number} */
  static int of(double weight) {
    return (int) (0.5 + weight * (1 << PRECISION));
  }

  /** Converts sums to samples, in place. */
  static void round(int[] sums) {
    for (int i = 0; i < sums.length; i++) {
      int sample = sums[i] >> PRECISION;
      // The sum of rounded weights can produce the sample 256. The subtraction changes 256 to 255,
      // and the JIT compiler can vectorise the subtraction.
      sums[i] = sample - (sample >> 8);
    }
  }
}
