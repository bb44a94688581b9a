package dev.millrace.onnx.quantize;

/**
 * The scale of an activation's unsigned 8-bit integers: {@code value = scale * (integer -
 * zeroPoint)}.
 *
 * @param scale the difference between the values of two consecutive integers, above 0
 * @param zeroPoint the integer that represents the value 0, from 0 to 255
 */
record ActivationScale(float scale, int zeroPoint) {

  static final int LARGEST = 255;

  /** {@return the scale with which the integers from 0 to 255 cover a range} */
  static ActivationScale of(Range range) {
    float scale = (float) ((range.max() - range.min()) / LARGEST);
    if (scale < Float.MIN_NORMAL) {
      return new ActivationScale(1, 0);
    }
    long zero = Math.round(-range.min() / scale);
    return new ActivationScale(scale, (int) Math.max(0, Math.min(LARGEST, zero)));
  }

  /**
   * {@return the integer for a value} Rounds half to even and clamps, as ONNX's {@code
   * QuantizeLinear} does.
   */
  int quantize(float value) {
    double integer = Math.rint(value / scale) + zeroPoint;
    return (int) Math.max(0, Math.min(LARGEST, integer));
  }

  /**
   * {@return the value that an integer represents, as ONNX's {@code DequantizeLinear} computes it}
   */
  float dequantize(int integer) {
    return (integer - zeroPoint) * scale;
  }
}
