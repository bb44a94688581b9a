package dev.millrace.onnx.quantize;

import java.nio.FloatBuffer;

/**
 * Weights as signed 8-bit integers, with a scale for each output channel and without a zero point:
 * {@code weight = scales[channel] * integer}.
 *
 * @param integers the integers, in the order of the weights
 * @param scales the scale of each channel, above 0
 */
@SuppressWarnings("ArrayRecordComponent") // never compared and never printed
record ChannelWeights(byte[] integers, float[] scales) {

  /** The largest magnitude of the integers. */
  static final int FULL = 127;

  /**
   * The largest magnitude for which the sum of two products with activations fits in 16 bits: 2 *
   * 255 * 64 = 32,640. Processors without VNNI add pairs of products in 16 bits, so larger sums
   * saturate.
   */
  static final int REDUCED = 64;

  /**
   * The largest magnitude of a bias as a 32-bit integer. The limit leaves room for the sum of
   * products.
   */
  private static final double LARGEST_BIAS = 1 << 30;

  /**
   * Quantises weights.
   *
   * @param weights the weights, row-major
   * @param channels number of output channels
   * @param inner number of consecutive weights of one channel: 1 if the channels are the last axis
   * @param kernel number of consecutive weights of one channel that belong to one input channel
   * @param largest {@link #FULL} or {@link #REDUCED}
   * @param bias the bias of each channel, or null
   * @param input the scale of the activation that is multiplied by the weights
   */
  static ChannelWeights of(
      FloatBuffer weights,
      int channels,
      int inner,
      int kernel,
      int largest,
      FloatBuffer bias,
      float input) {
    float[] scales = new float[channels];
    for (int i = 0; i < weights.limit(); i++) {
      int channel = i / inner % channels;
      scales[channel] = Math.max(scales[channel], Math.abs(weights.get(i)));
    }
    for (int c = 0; c < channels; c++) {
      double least = bias == null ? 0 : Math.abs(bias.get(c)) / (LARGEST_BIAS * input);
      double scale = Math.max(scales[c] / (double) largest, least);
      scales[c] = scale < Float.MIN_NORMAL ? 1 : (float) scale;
    }
    byte[] integers = new byte[weights.limit()];
    for (int c = 0; c < channels; c++) {
      double[] scaled = new double[integers.length / channels];
      for (int i = 0; i < scaled.length; i++) {
        scaled[i] = weights.get(index(i, c, channels, inner)) / (double) scales[c];
      }
      int[] rounded = BalancedRounding.of(scaled, kernel, largest);
      for (int i = 0; i < scaled.length; i++) {
        integers[index(i, c, channels, inner)] = (byte) rounded[i];
      }
    }
    return new ChannelWeights(integers, scales);
  }

  /** {@return the index of a channel's weight among the weights of all channels} */
  private static int index(int i, int channel, int channels, int inner) {
    return (i / inner * channels + channel) * inner + i % inner;
  }

  /**
   * {@return the scale of each channel's bias and of its sums of products}
   *
   * @param input the scale of the activation that is multiplied by the weights
   */
  float[] biasScales(float input) {
    float[] products = scales.clone();
    for (int c = 0; c < products.length; c++) {
      products[c] *= input;
    }
    return products;
  }

  /** {@return a bias as 32-bit integers} */
  static int[] bias(FloatBuffer bias, float[] scales) {
    int[] integers = new int[scales.length];
    for (int c = 0; c < integers.length; c++) {
      integers[c] = (int) Math.rint((double) bias.get(c) / scales[c]);
    }
    return integers;
  }

  /**
   * {@return whether the sum of two consecutive products with 8-bit activations can exceed 16 bits}
   * If so, processors without VNNI return wrong sums, unless ONNX Runtime uses its slower kernels
   * for unsigned weights.
   */
  boolean canSaturate() {
    for (byte integer : integers) {
      if (Math.abs(integer) > REDUCED) {
        return true;
      }
    }
    return false;
  }
}
