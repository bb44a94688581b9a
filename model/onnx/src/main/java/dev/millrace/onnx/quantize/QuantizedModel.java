package dev.millrace.onnx.quantize;

import java.util.List;

/**
 * A quantised model that has been loaded and run.
 *
 * @param bytes the ONNX file, prepared for serving like the float32 model; the caller owns the
 *     array
 * @param method how the ranges of the activations were chosen: {@code min-max}, {@code percentile}
 *     or {@code entropy}
 * @param layers number of convolutions and matrix products that run on 8-bit integers
 * @param floatLayers the convolutions and matrix products that stay in float32, by operator and
 *     name
 * @param canSaturate whether the sum of two products with the weights can exceed 16 bits. If so,
 *     processors without VNNI need slower kernels to return right answers
 */
@SuppressWarnings("ArrayRecordComponent") // the bytes are never compared and never printed
public record QuantizedModel(
    byte[] bytes, String method, int layers, List<String> floatLayers, boolean canSaturate) {

  /**
   * Copies the list.
   *
   * @param bytes the ONNX file
   * @param method how the ranges were chosen
   * @param layers number of layers that run on 8-bit integers
   * @param floatLayers the layers that stay in float32
   * @param canSaturate whether the sum of two products can exceed 16 bits
   */
  public QuantizedModel {
    floatLayers = List.copyOf(floatLayers);
  }
}
