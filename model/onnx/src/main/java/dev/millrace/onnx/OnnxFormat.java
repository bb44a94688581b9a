package dev.millrace.onnx;

import java.util.Objects;

/**
 * How a network becomes an ONNX file.
 *
 * @param precision of weights, input, activations and logits
 * @param batchNorm what becomes of batch normalisation
 */
public record OnnxFormat(Precision precision, BatchNorm batchNorm) {

  /** Float32 with batch norm kept: nothing is lost, and PyTorch reads the weights back by name. */
  public static final OnnxFormat EXACT = new OnnxFormat(Precision.FP32, BatchNorm.KEPT);

  /** The type of a file's numbers. */
  public enum Precision {
    FP32,
    /** Half the size; eleven significant bits. */
    FP16
  }

  /** Where a file has its batch normalisations. */
  public enum BatchNorm {
    /** In nodes of their own, with weights under PyTorch's names. */
    KEPT,
    /** In the convolutions before them: computed in float32 and only then rounded. */
    FOLDED
  }

  public OnnxFormat {
    Objects.requireNonNull(precision, "precision");
    Objects.requireNonNull(batchNorm, "batchNorm");
  }
}
