package dev.millrace.onnx;

import java.util.Arrays;

/** A softmax in double precision, with which the tests compare a model's probabilities. */
final class Softmax {

  private Softmax() {}

  static float[] of(double[] logits) {
    double largest = Arrays.stream(logits).max().orElseThrow();
    double sum = Arrays.stream(logits).map(logit -> Math.exp(logit - largest)).sum();
    float[] probabilities = new float[logits.length];
    for (int i = 0; i < logits.length; i++) {
      probabilities[i] = (float) (Math.exp(logits[i] - largest) / sum);
    }
    return probabilities;
  }

  /** Returns the softmax of each row. */
  static float[] ofRows(float[] logits, int classes) {
    float[] probabilities = new float[logits.length];
    for (int row = 0; row < logits.length; row += classes) {
      double[] values = new double[classes];
      for (int i = 0; i < classes; i++) {
        values[i] = logits[row + i];
      }
      System.arraycopy(of(values), 0, probabilities, row, classes);
    }
    return probabilities;
  }
}
