package dev.millrace.onnx;

import dev.millrace.core.model.ModelException;
import dev.millrace.onnx.proto.TensorProto.DataType;
import dev.millrace.onnx.proto.ValueInfoProto;

/**
 * A model's own output, found to hold scores of which one class wins.
 *
 * @param name the value's name
 * @param half whether its elements are float16 rather than float32
 * @param origin where its scores come from
 */
record ScoreOutput(String name, boolean half, ScoreOrigin origin) {

  /**
   * Checks the output that a model declares.
   *
   * @throws ModelException if probabilities cannot be made of it
   */
  static ScoreOutput of(OnnxFile file) {
    ValueInfoProto value = file.output();
    String subject = "output " + OneLine.quoted(value.getName());
    int elements = value.getType().getTensorType().getElemType();
    if (elements != DataType.FLOAT_VALUE && elements != DataType.FLOAT16_VALUE) {
      throw new ModelException(
          subject
              + " holds no float32 or float16 scores: export the model without its last step"
              + " (ArgMax, ZipMap or the like), so that it answers one score a class");
    }
    ScoreOrigin origin = ScoreOrigin.of(file.graph(), value.getName());
    if (origin.isSigmoid()) {
      throw new ModelException(
          subject
              + " comes from a "
              + origin.operator()
              + ", so several classes may be right at once: export a model of exclusive classes"
              + " (softmax or logits)");
    }
    return new ScoreOutput(value.getName(), elements == DataType.FLOAT16_VALUE, origin);
  }

  /** Whether each score may have been rounded to half precision on its own. */
  boolean rounded() {
    return half || origin.cast();
  }
}
