package dev.millrace.onnx;

import java.nio.FloatBuffer;

/** Recognises probability distributions. */
final class Distributions {

  private Distributions() {}

  /**
   * {@return whether {@code float32[rows, classes]} has no negative value and each row sums to 1}
   *
   * @param tolerance the largest allowed difference between a row's sum and 1
   */
  static boolean areRows(FloatBuffer values, int rows, int classes, double tolerance) {
    for (int row = 0; row < rows; row++) {
      double sum = 0;
      for (int i = row * classes; i < (row + 1) * classes; i++) {
        if (!(values.get(i) >= 0)) {
          return false;
        }
        sum += values.get(i);
      }
      if (!(Math.abs(sum - 1) <= tolerance)) {
        return false;
      }
    }
    return true;
  }
}
