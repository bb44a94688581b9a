package dev.millrace.onnx;

import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.NodeProto;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The node that computes a model's scores. The search walks back from the output, past nodes that
 * change the shape or the type of a value but not its numbers.
 *
 * @param operator the node's operator; empty if no node computes the scores
 * @param kind the kind of scores that the node computes
 * @param cast whether the scores' type changes between the node and the output
 */
record ScoreOrigin(String operator, ScoreKind kind, boolean cast) {

  private static final Set<String> CARRIERS =
      Set.of("Cast", "Dropout", "Flatten", "Identity", "Reshape", "Squeeze", "Unsqueeze");

  /**
   * Operators whose results are logits. The result of a LogSoftmax counts as logits, because a
   * softmax turns it into the correct probabilities.
   */
  private static final Set<String> UNBOUNDED = Set.of("Conv", "Gemm", "LogSoftmax", "MatMul");

  private static final Set<String> SUMS = Set.of("ReduceL1", "ReduceSum");

  private static final Set<String> SIGMOIDS = Set.of("HardSigmoid", "Sigmoid");

  /** Finds the node that computes the value {@code output}. */
  static ScoreOrigin of(GraphProto graph, String output) {
    Map<String, NodeProto> producers = new HashMap<>();
    for (NodeProto node : graph.getNodeList()) {
      node.getOutputList().forEach(produced -> producers.put(produced, node));
    }
    boolean cast = false;
    // Each step removes its producer, so that the search ends even in a graph with a cycle.
    NodeProto node = producers.remove(output);
    while (node != null && CARRIERS.contains(node.getOpType()) && node.getInputCount() > 0) {
      cast |= node.getOpType().equals("Cast");
      node = producers.remove(node.getInput(0));
    }
    return node == null
        ? new ScoreOrigin("", ScoreKind.UNTOLD, cast)
        : new ScoreOrigin(node.getOpType(), kind(node, producers), cast);
  }

  /**
   * {@return whether the scores come from a sigmoid, so that several classes can be correct at
   * once}
   */
  boolean isSigmoid() {
    return SIGMOIDS.contains(operator);
  }

  private static ScoreKind kind(NodeProto node, Map<String, NodeProto> producers) {
    if (node.getOpType().equals("Softmax") || isDividedByItsSum(node, producers)) {
      return ScoreKind.PROBABILITIES;
    }
    return UNBOUNDED.contains(node.getOpType()) ? ScoreKind.LOGITS : ScoreKind.UNTOLD;
  }

  /**
   * {@return whether the node divides a value by the value's sum} A softmax that was exported as
   * several nodes ends in this division.
   */
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
