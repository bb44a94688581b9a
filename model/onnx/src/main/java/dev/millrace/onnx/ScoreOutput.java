package dev.millrace.onnx;

import dev.millrace.core.model.ModelException;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import dev.millrace.onnx.proto.ValueInfoProto;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * A model's own output, found to hold scores of which one class wins.
 *
 * @param name the value's name
 * @param half whether its elements are float16 rather than float32
 */
record ScoreOutput(String name, boolean half) {

  /** Operators that change a value's shape or type, not what it means. */
  private static final Set<String> CARRIERS =
      Set.of("Cast", "Dropout", "Flatten", "Identity", "Reshape", "Squeeze", "Unsqueeze");

  private static final Set<String> SIGMOIDS = Set.of("Sigmoid", "HardSigmoid");

  /**
   * Checks the output that a model declares.
   *
   * @throws ModelException if probabilities cannot be made of it
   */
  static ScoreOutput of(OnnxFile file) {
    ValueInfoProto value = file.output();
    int elements = value.getType().getTensorType().getElemType();
    if (elements != DataType.FLOAT_VALUE && elements != DataType.FLOAT16_VALUE) {
      throw new ModelException(
          "output "
              + OneLine.quoted(value.getName())
              + " holds no float32 or float16 scores: export the model without its last step"
              + " (ArgMax, ZipMap or the like), so that it answers one score a class");
    }
    refuseSigmoid(file, value.getName());
    return new ScoreOutput(value.getName(), elements == DataType.FLOAT16_VALUE);
  }

  private static void refuseSigmoid(OnnxFile file, String output) {
    Map<String, NodeProto> producers = new HashMap<>();
    for (NodeProto node : file.graph().getNodeList()) {
      node.getOutputList().forEach(produced -> producers.put(produced, node));
    }
    // Each step takes its producer away, so that a graph with a loop in it ends the search too.
    NodeProto last = producers.remove(output);
    while (last != null && CARRIERS.contains(last.getOpType()) && last.getInputCount() > 0) {
      last = producers.remove(last.getInput(0));
    }
    if (last != null && SIGMOIDS.contains(last.getOpType())) {
      throw new ModelException(
          "output "
              + OneLine.quoted(output)
              + " comes from a "
              + last.getOpType()
              + ", so several classes may be right at once: export a model of exclusive classes"
              + " (softmax or logits)");
    }
  }
}
