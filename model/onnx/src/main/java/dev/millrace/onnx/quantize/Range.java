package dev.millrace.onnx.quantize;

/**
 * The values of an activation that its 8-bit integers represent. Values outside the range are
 * clamped.
 *
 * @param min the smallest value, at most 0
 * @param max the largest value, at least 0
 */
record Range(double min, double max) {

  /** Extends the range to 0, because zero padding must be represented exactly. */
  Range {
    min = Math.min(0, min);
    max = Math.max(0, max);
  }
}
