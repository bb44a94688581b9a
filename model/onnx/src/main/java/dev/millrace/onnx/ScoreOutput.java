package dev.millrace.onnx;

import dev.millrace.core.model.ModelException;
import dev.millrace.onnx.proto.TensorProto.DataType;
import dev.millrace.onnx.proto.ValueInfoProto;

/**
 * The output of an exported model, before the model is prepared. {@link #of} checks that the output
 * can hold scores of exclusive classes.
 *
 * @param name name of the output
 * @param half whether the elements are float16; otherwise they are float32
 * @param origin the node that computes the scores
 */
record ScoreOutput(String name, boolean half, ScoreOrigin origin) {

  /**
   * Checks the output that a model declares.
   *
   * @throws ModelException if probabilities cannot be computed from the output
   */
  static ScoreOutput of(OnnxFile file) {
    ValueInfoProto value = file.output();
    String subject = "output " + OneLine.quoted(value.getName());
    int elements = value.getType().getTensorType().getElemType();
    if (elements != DataType.FLOAT_VALUE && elements != DataType.FLOAT16_VALUE) {
      throw new ModelException(
          subject
              + " holds no float32 or float16 scores: export the model without its last step"
              + " (ArgMax, ZipMap or similar), so that it returns one score per class");
    }
    ScoreOrigin origin = ScoreOrigin.of(file.graph(), value.getName());
    if (origin.isSigmoid()) {
      throw new ModelException(
          subject
              + " comes from a "
              + origin.operator()
              + ", so several classes can be right at once: export a model of exclusive classes"
              + " (softmax or logits)");
    }
    return new ScoreOutput(value.getName(), elements == DataType.FLOAT16_VALUE, origin);
  }

  /** {@return whether each score may have been rounded to half precision} */
  boolean rounded() {
    return half || origin.cast();
  }
}
