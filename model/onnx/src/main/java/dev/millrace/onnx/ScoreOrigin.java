package dev.millrace.onnx;

import dev.millrace.core.model.ScoreKind;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.NodeProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The node that computes a model's scores. The search walks back from the output. It passes nodes
 * that change the shape, the type, the order or the scale of the scores, but not the kind of the
 * scores.
 *
 * @param operator the node's operator; empty if no node computes the scores
 * @param kind the kind of scores that the node computes, or null if the operator does not determine
 *     the kind
 * @param cast whether the scores' type changes between the node and the output
 * @param quantized whether the scores are rounded to 8 bits between the node and the output
 * @param quantizer the node that computes the 8-bit integers in the output; empty if the output
 *     holds numbers that need no scale
 */
record ScoreOrigin(
    String operator,
    ScoreKind kind,
    boolean cast,
    boolean quantized,
    Optional<NodeProto> quantizer) {

  private static final String QUANTIZE = "QuantizeLinear";

  private static final Set<String> CARRIERS =
      Set.of(
          "Cast",
          "Clip",
          "DequantizeLinear",
          "Dropout",
          "Flatten",
          "Identity",
          QUANTIZE,
          "Reshape",
          "Squeeze",
          "Transpose",
          "Unsqueeze");

  /**
   * Operators that scale the scores and do nothing else, if one operand is a constant. This operand
   * is the divisor of {@code Div}, or one of the factors of {@code Mul}.
   */
  private static final Set<String> SCALES = Set.of("Div", "Mul");

  /**
   * Operators whose results are logits. The result of a LogSoftmax counts as logits, because a
   * softmax turns it into the correct probabilities.
   */
  private static final Set<String> UNBOUNDED = Set.of("Conv", "Gemm", "LogSoftmax", "MatMul");

  private static final Set<String> SUMS = Set.of("ReduceL1", "ReduceSum");

  private static final Set<String> SIGMOIDS = Set.of("HardSigmoid", "Sigmoid");

  /** Finds the node that computes the value {@code output}. */
  static ScoreOrigin of(GraphProto graph, String output) {
    return new Search(graph).from(output);
  }

  /**
   * Searches one graph for the node. Each step removes the node that it visits, so that the search
   * ends even if the graph has a cycle.
   */
  private static final class Search {

    private final Map<String, NodeProto> producers = new HashMap<>();
    private final Set<String> constants = new HashSet<>();
    private boolean cast;
    private boolean quantized;
    private boolean dequantized;
    private Optional<NodeProto> quantizer = Optional.empty();

    Search(GraphProto graph) {
      graph.getInitializerList().forEach(weight -> constants.add(weight.getName()));
      for (NodeProto node : graph.getNodeList()) {
        node.getOutputList().forEach(produced -> producers.put(produced, node));
        if (node.getOpType().equals("Constant")) {
          constants.addAll(node.getOutputList());
        }
      }
    }

    ScoreOrigin from(String output) {
      NodeProto node = producers.remove(output);
      while (node != null && carries(node)) {
        cast |= node.getOpType().equals("Cast");
        dequantized |= node.getOpType().equals("DequantizeLinear");
        if (node.getOpType().equals(QUANTIZE)) {
          quantized = true;
          quantizer = dequantized ? quantizer : Optional.of(node);
        }
        node = producers.remove(carried(node));
      }
      return node == null
          ? new ScoreOrigin("", null, cast, quantized, quantizer)
          : new ScoreOrigin(node.getOpType(), kind(node), cast, quantized, quantizer);
    }

    private boolean carries(NodeProto node) {
      if (!isStandard(node) || node.getInputCount() == 0) {
        return false;
      }
      return CARRIERS.contains(node.getOpType())
          || (SCALES.contains(node.getOpType()) && !carried(node).isEmpty());
    }

    /**
     * {@return the input with the scores} For a division or multiplication, this is the value that
     * a constant scales, or an empty text if there is no constant. For other nodes, it is the first
     * input.
     */
    private String carried(NodeProto node) {
      if (!SCALES.contains(node.getOpType())) {
        return node.getInput(0);
      }
      if (node.getInputCount() != 2) {
        return "";
      }
      if (constants.contains(node.getInput(1))) {
        return node.getInput(0);
      }
      return node.getOpType().equals("Mul") && constants.contains(node.getInput(0))
          ? node.getInput(1)
          : "";
    }

    private ScoreKind kind(NodeProto node) {
      if (!isStandard(node)) {
        return null;
      }
      String operator = node.getOpType();
      if (operator.equals("Softmax") || isExpOfLogSoftmax(node) || isDividedByItsSum(node)) {
        return ScoreKind.PROBABILITIES;
      }
      if (SIGMOIDS.contains(operator)) {
        return ScoreKind.INDEPENDENT;
      }
      return UNBOUNDED.contains(operator) ? ScoreKind.LOGITS : null;
    }

    private boolean isExpOfLogSoftmax(NodeProto node) {
      return node.getOpType().equals("Exp")
          && node.getInputCount() == 1
          && from(node.getInput(0)).operator().equals("LogSoftmax");
    }

    /**
     * {@return whether the node divides a value by the value's sum} A softmax that was exported as
     * several nodes ends in this division.
     */
    private boolean isDividedByItsSum(NodeProto node) {
      if (!node.getOpType().equals("Div") || node.getInputCount() != 2) {
        return false;
      }
      NodeProto divisor = producers.get(node.getInput(1));
      return divisor != null
          && SUMS.contains(divisor.getOpType())
          && divisor.getInputCount() > 0
          && divisor.getInput(0).equals(node.getInput(0));
    }

    /**
     * {@return whether the operator is one of ONNX's own} The name alone is not enough, because a
     * model may define a function with the name of one of ONNX's operators.
     */
    private static boolean isStandard(NodeProto node) {
      return OnnxFile.STANDARD_DOMAINS.contains(node.getDomain());
    }
  }
}
