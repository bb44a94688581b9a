package dev.millrace.onnx;

import java.util.Objects;

/**
 * The format in which a network is written to an ONNX file.
 *
 * @param precision the precision of weights, input, activations and logits
 * @param batchNorm the treatment of batch normalisations
 */
public record OnnxFormat(Precision precision, BatchNorm batchNorm) {

  /**
   * Float32, with batch norms kept. This format is lossless, and the weights keep PyTorch's names.
   */
  public static final OnnxFormat EXACT = new OnnxFormat(Precision.FP32, BatchNorm.KEPT);

  /** The type of a file's values. */
  public enum Precision {
    /** Float32. */
    FP32,
    /** Float16, with half the size and eleven significant bits. */
    FP16
  }

  /** The treatment of batch normalisations. */
  public enum BatchNorm {
    /** Written as separate nodes, with weights under PyTorch's names. */
    KEPT,
    /**
     * Folded into the convolutions before them, in float32. Values are rounded to the file's
     * precision after the folding.
     */
    FOLDED
  }

  /**
   * Validates that both values are present.
   *
   * @param precision the precision of weights, input, activations and logits
   * @param batchNorm the treatment of batch normalisations
   * @throws NullPointerException if a value is null
   */
  public OnnxFormat {
    Objects.requireNonNull(precision, "precision");
    Objects.requireNonNull(batchNorm, "batchNorm");
  }
}
