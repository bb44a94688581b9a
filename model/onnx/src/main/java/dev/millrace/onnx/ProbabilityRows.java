package dev.millrace.onnx;

import java.nio.FloatBuffer;

/** Tells rows of probabilities from other numbers. */
final class ProbabilityRows {

  /** Half-precision probabilities, rounded one by one, sum to 1 no closer than this. */
  private static final double SUM_TOLERANCE = 1e-3;

  private ProbabilityRows() {}

  /** Whether {@code float32[rows, classes]} holds no negative number and each row sums to 1. */
  static boolean areRows(FloatBuffer values, int rows, int classes) {
    for (int row = 0; row < rows; row++) {
      double sum = 0;
      for (int i = row * classes; i < (row + 1) * classes; i++) {
        if (!(values.get(i) >= 0)) {
          return false;
        }
        sum += values.get(i);
      }
      if (!(Math.abs(sum - 1) <= SUM_TOLERANCE)) {
        return false;
      }
    }
    return true;
  }
}
