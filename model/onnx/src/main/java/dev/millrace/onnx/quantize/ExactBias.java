package dev.millrace.onnx.quantize;

import java.nio.FloatBuffer;

/**
 * The bias of a layer that stays in float32, as 32-bit integers with a scale for each channel. The
 * scales are so small that the bias keeps the precision of float32.
 *
 * @param integers the integers
 * @param scales the value of the integer 1 in each channel
 */
@SuppressWarnings("ArrayRecordComponent") // the arrays are never compared and never printed
record ExactBias(int[] integers, float[] scales) {

  private static final float SMALLEST = 1e-20f;
  private static final float STEPS = 1 << 30;

  /**
   * {@return the integers for a bias}
   *
   * @param bias the bias; null stands for zeros
   * @param channels number of zeros if there is no bias
   */
  static ExactBias of(FloatBuffer bias, int channels) {
    FloatBuffer values = bias == null ? FloatBuffer.allocate(channels) : bias;
    float[] scales = new float[values.limit()];
    for (int c = 0; c < scales.length; c++) {
      scales[c] = Math.max(Math.abs(values.get(c)), SMALLEST) / STEPS;
    }
    return new ExactBias(ChannelWeights.bias(values, scales), scales);
  }
}
