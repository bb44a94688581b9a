package dev.millrace.onnx;

import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.NodeProto;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The node that makes a model's scores, found by walking back from its output past nodes that
 * change a value's shape or type but not what it means.
 *
 * @param operator the node's operator; empty if nothing makes the scores
 * @param kind what it makes of them
 * @param cast whether their type changed on the way from there
 */
record ScoreOrigin(String operator, ScoreKind kind, boolean cast) {

  private static final Set<String> CARRIERS =
      Set.of("Cast", "Dropout", "Flatten", "Identity", "Reshape", "Squeeze", "Unsqueeze");

  /** What a classifier's last layer is; the logarithm of a softmax is as good as logits. */
  private static final Set<String> UNBOUNDED = Set.of("Conv", "Gemm", "LogSoftmax", "MatMul");

  private static final Set<String> SUMS = Set.of("ReduceL1", "ReduceSum");

  private static final Set<String> SIGMOIDS = Set.of("HardSigmoid", "Sigmoid");

  /** Finds where the value called {@code output} comes from. */
  static ScoreOrigin of(GraphProto graph, String output) {
    Map<String, NodeProto> producers = new HashMap<>();
    for (NodeProto node : graph.getNodeList()) {
      node.getOutputList().forEach(produced -> producers.put(produced, node));
    }
    boolean cast = false;
    // Each step takes its producer away, so that a graph with a loop in it ends the search too.
    NodeProto node = producers.remove(output);
    while (node != null && CARRIERS.contains(node.getOpType()) && node.getInputCount() > 0) {
      cast |= node.getOpType().equals("Cast");
      node = producers.remove(node.getInput(0));
    }
    return node == null
        ? new ScoreOrigin("", ScoreKind.UNTOLD, cast)
        : new ScoreOrigin(node.getOpType(), kind(node, producers), cast);
  }

  /** Whether several classes may be right at once. */
  boolean isSigmoid() {
    return SIGMOIDS.contains(operator);
  }

  private static ScoreKind kind(NodeProto node, Map<String, NodeProto> producers) {
    if (node.getOpType().equals("Softmax") || isDividedByItsSum(node, producers)) {
      return ScoreKind.PROBABILITIES;
    }
    return UNBOUNDED.contains(node.getOpType()) ? ScoreKind.LOGITS : ScoreKind.UNTOLD;
  }

  /** Whether it is the last part of a softmax that was exported in parts. */
  private static boolean isDividedByItsSum(NodeProto node, Map<String, NodeProto> producers) {
    if (!node.getOpType().equals("Div") || node.getInputCount() != 2) {
      return false;
    }
    NodeProto divisor = producers.get(node.getInput(1));
    return divisor != null
        && SUMS.contains(divisor.getOpType())
        && divisor.getInputCount() > 0
        && divisor.getInput(0).equals(node.getInput(0));
  }
}
