package dev.millrace.onnx.quantize;

import dev.millrace.onnx.proto.AttributeProto;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.TensorProto;
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

  /**
   * Operators that ONNX Runtime quantises by itself if they have constant weights and lie between
   * integer nodes.
   */
  private static final Set<String> QUANTISED_BY_ONNX_RUNTIME =
      Set.of("Conv", "ConvTranspose", "Gemm");

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
    String bias = bias(node);
    return bias.isEmpty()
        || (network.isWeight(bias, 1) && network.constant(bias).getDims(0) == channels(node));
  }

  /**
   * {@return whether a node is a convolution or a matrix product with constant float32 weights, of
   * any shape}
   */
  boolean isLayer(NodeProto node) {
    return node.getInputCount() > 1
        && (Network.is(node, "MatMul") || isOneOf(QUANTISED_BY_ONNX_RUNTIME, node))
        && node.getInputList().subList(0, 2).stream().filter(network::isWeight).count() == 1;
  }

  /**
   * {@return whether ONNX Runtime itself quantises a float32 node between integer nodes} It does so
   * if the bias is a constant or missing.
   */
  boolean isQuantisedByOnnxRuntime(NodeProto node) {
    return isOneOf(QUANTISED_BY_ONNX_RUNTIME, node)
        && node.getInputCount() > 1
        && network.isWeight(node.getInput(1))
        && (bias(node).isEmpty() || network.isWeight(bias(node), 1));
  }

  /** {@return the name of a layer's bias; empty if it has none} */
  static String bias(NodeProto node) {
    return node.getInputCount() > 2 ? node.getInput(2) : "";
  }

  /** {@return the number of output channels of a node with weights} */
  int channels(NodeProto node) {
    TensorProto weights = network.constant(node.getInput(1));
    return Network.is(node, "ConvTranspose")
        ? Math.toIntExact(weights.getDims(1) * Network.integer(node, "group", 1))
        : Math.toIntExact(weights.getDims(channelAxis(node)));
  }

  private static boolean isOneOf(Set<String> operators, NodeProto node) {
    return Network.is(node, node.getOpType()) && operators.contains(node.getOpType());
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
   * {@return whether a float32 node only moves or selects values} ONNX Runtime moves a node that
   * dequantises from before such a node to behind it.
   */
  static boolean isPassed(NodeProto node) {
    return isMoving(node) || node.getOpType().equals("Slice");
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
    boolean computedMax =
        node.getInputCount() > 2
            && !node.getInput(2).isEmpty()
            && !network.isConstant(node.getInput(2));
    if (computedMax) {
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
