package dev.millrace.onnx.quantize;

import dev.millrace.onnx.proto.AttributeProto;
import dev.millrace.onnx.proto.NodeProto;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Set;

/**
 * Knows which operators ONNX Runtime's CPU provider can run on 8-bit integers if their inputs and
 * outputs are quantised.
 */
final class Operators {

  /** Operators that compute new values, so that the output has a scale of its own. */
  private static final Set<String> COMPUTING =
      Set.of("Add", "Mul", "AveragePool", "GlobalAveragePool", "Sigmoid", "LeakyRelu", "Concat");

  /** Operators that move or select values, so that the output has the scale of the input. */
  private static final Set<String> MOVING =
      Set.of("MaxPool", "Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze");

  private static final Set<String> ALL_INPUTS = Set.of("Add", "Mul", "Concat");

  /** The first version of ONNX's operator set whose MaxPool takes 8-bit integers. */
  private static final int MAX_POOL_OPSET = 12;

  private final Network network;

  Operators(Network network) {
    this.network = network;
  }

  /** {@return whether a node multiplies an activation by constant float32 weights} */
  boolean isWeighted(NodeProto node) {
    if (node.getInputCount() < 2 || network.isConstant(node.getInput(0))) {
      return false;
    }
    if (Network.is(node, "Conv")) {
      return network.isWeight(node.getInput(1), 4) && hasBias(node);
    }
    if (Network.is(node, "Gemm")) {
      return network.isWeight(node.getInput(1), 2)
          && hasBias(node)
          && Network.integer(node, "transA", 0) == 0
          && Network.real(node, "alpha", 1) == 1
          && Network.real(node, "beta", 1) == 1;
    }
    return Network.is(node, "MatMul") && network.isWeight(node.getInput(1), 2);
  }

  /**
   * {@return whether a node has no bias, or a constant bias with one value for each output channel}
   */
  private boolean hasBias(NodeProto node) {
    return node.getInputCount() < 3
        || node.getInput(2).isEmpty()
        || (network.isWeight(node.getInput(2), 1)
            && network.constant(node.getInput(2)).getDims(0)
                == network.constant(node.getInput(1)).getDims(channelAxis(node)));
  }

  /** {@return the axis of the output channels in the weights} */
  static int channelAxis(NodeProto node) {
    return Network.is(node, "Conv") || Network.integer(node, "transB", 0) == 1 ? 0 : 1;
  }

  /** {@return the inputs of a node that are activations} */
  static List<String> activations(NodeProto node) {
    return ALL_INPUTS.contains(node.getOpType())
        ? node.getInputList()
        : node.getInputList().subList(0, 1);
  }

  /** {@return whether a node without weights can take and return 8-bit integers} */
  boolean canFollow(NodeProto node) {
    if (!Network.is(node, node.getOpType()) || node.getOutputCount() != 1) {
      return false;
    }
    return COMPUTING.contains(node.getOpType())
        || (isMoving(node)
            && (!node.getOpType().equals("MaxPool") || network.opset() >= MAX_POOL_OPSET));
  }

  /** {@return whether a node's output has the scale of its input} */
  static boolean isMoving(NodeProto node) {
    return MOVING.contains(node.getOpType());
  }

  /**
   * {@return whether a node only clamps its input from below at 0, and possibly from above} The
   * clamping of unsigned integers whose zero point is 0 has the same effect.
   */
  boolean isClamp(NodeProto node) {
    if (Network.is(node, "Relu")) {
      return true;
    }
    if (!Network.is(node, "Clip")) {
      return false;
    }
    AttributeProto min = Network.attribute(node, "min");
    if (min != null) {
      return min.getF() == 0;
    }
    if (node.getInputCount() < 2 || !network.isWeight(node.getInput(1), 0)) {
      return false;
    }
    FloatBuffer lowest = network.floats(node.getInput(1));
    return lowest.get(0) == 0;
  }
}
