package dev.millrace.onnx;

import java.util.Objects;

/**
 * The format in which a network is written to an ONNX file.
 *
 * @param floatType the precision of weights, input, activations and logits
 * @param batchNorm whether batch normalisations are kept or folded
 */
public record OnnxFormat(FloatType floatType, BatchNorm batchNorm) {

  /**
   * Float32, with batch norms kept. This format is lossless, and the weights keep PyTorch's names.
   */
  public static final OnnxFormat EXACT = new OnnxFormat(FloatType.FP32, BatchNorm.KEPT);

  /** The type of the floating-point values in a file. */
  public enum FloatType {
    /** Float32. */
    FP32,
    /** Float16: half the size of float32, with eleven significant bits. */
    FP16
  }

  /** Whether batch normalisations are kept as nodes or folded into the convolutions. */
  public enum BatchNorm {
    /** Written as separate nodes, with weights under PyTorch's names. */
    KEPT,
    /**
     * Folded into the convolutions before them. The folding is computed in double precision. Its
     * results are rounded to float32, and then to the file's precision.
     */
    FOLDED
  }

  /**
   * Validates that both values are present.
   *
   * @param floatType the precision of weights, input, activations and logits
   * @param batchNorm whether batch normalisations are kept or folded
   * @throws NullPointerException if a value is null
   */
  public OnnxFormat {
    Objects.requireNonNull(floatType, "floatType");
    Objects.requireNonNull(batchNorm, "batchNorm");
  }
}
