package dev.millrace.onnx;

import java.nio.FloatBuffer;

/** Tells rows of probabilities from other numbers. */
final class Distributions {

  private Distributions() {}

  /**
   * Whether {@code float32[rows, classes]} holds no negative number and each row sums to 1.
   *
   * @param tolerance by how much a sum may differ from 1
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
