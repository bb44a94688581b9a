package dev.millrace.onnx.quantize;

import dev.millrace.onnx.proto.NodeProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Decides which nodes of a network run on 8-bit integers. They are convolutions and matrix products
 * with constant weights, and the nodes between them that can work on integers. A ReLU after a
 * quantised node is fused, because the clamping of the node's output integers has the same effect.
 * Softmax and the nodes that normalise the image stay in float32, because no quantised node lies
 * before or after them. A convolution that computes the logits also stays in float32, because ONNX
 * Runtime's convolution of integers returns 8-bit integers. Its matrix product can return float32,
 * unless a ReLU or a {@code Clip} follows.
 */
final class Plan {

  /** Operators that move logits, or convert them to answers. */
  private static final Set<String> ANSWERING =
      Set.of(
          "Reshape",
          "Flatten",
          "Squeeze",
          "Unsqueeze",
          "Transpose",
          "Identity",
          "Softmax",
          "LogSoftmax",
          "Sigmoid",
          "Log",
          "Div",
          "Neg",
          "Sub",
          "Concat",
          "Mul",
          "Add",
          "Exp",
          "Slice",
          "Gather",
          "Clip",
          "HardSigmoid",
          "Cast",
          "ReduceMax",
          "ReduceMean",
          "ReduceSum");

  private final Network network;
  private final Operators operators;
  private final Set<String> integer = new HashSet<>();
  private final Map<String, NodeProto> clamps = new HashMap<>();

  /**
   * Makes a plan.
   *
   * @param kept the keys of the nodes with weights that stay in float32
   */
  Plan(Network network, Set<String> kept) {
    this.network = network;
    this.operators = new Operators(network);
    Set<String> logits = logits(network).stream().map(Network::key).collect(Collectors.toSet());
    for (NodeProto node : network.nodes()) {
      if (operators.isWeighted(node)
          ? !kept.contains(Network.key(node)) && !logits.contains(Network.key(node))
          : (operators.canFollow(node) || isFusible(node)) && allInteger(node)) {
        integer.add(Network.key(node));
      }
    }
    List<NodeProto> nodes = new ArrayList<>(network.nodes());
    for (int i = nodes.size() - 1; i >= 0; i--) {
      leaveUnlessUseful(nodes.get(i));
    }
    for (NodeProto node : nodes) {
      if (isInteger(node) && operators.isClamp(node)) {
        clamps.put(node.getInput(0), node);
      }
    }
  }

  /** {@return the nodes with weights that can be quantised, in their order} */
  static List<NodeProto> weighted(Network network) {
    Operators operators = new Operators(network);
    Set<NodeProto> logits = Set.copyOf(logits(network));
    return network.nodes().stream()
        .filter(node -> operators.isWeighted(node) && !logits.contains(node))
        .toList();
  }

  /**
   * {@return the layers that stay in float32 in each plan, because they compute the logits or have
   * another shape}
   */
  static List<NodeProto> neverQuantised(Network network) {
    Operators operators = new Operators(network);
    Set<NodeProto> weighted = Set.copyOf(weighted(network));
    return network.nodes().stream()
        .filter(node -> operators.isLayer(node) && !weighted.contains(node))
        .toList();
  }

  /**
   * {@return the layers that compute the logits, and would return 8-bit integers if they were
   * quantised}
   */
  static List<NodeProto> logits(Network network) {
    Operators operators = new Operators(network);
    List<NodeProto> logits = new ArrayList<>();
    Set<String> answering = new HashSet<>();
    List<NodeProto> nodes = network.nodes();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      NodeProto node = nodes.get(i);
      if (node.getOutputList().stream()
          .flatMap(output -> network.consumers(output).stream())
          .allMatch(next -> Network.is(next, "Shape") || answering.contains(Network.key(next)))) {
        if (ANSWERING.contains(node.getOpType())) {
          answering.add(Network.key(node));
        } else if (operators.isWeighted(node)
            && (Network.is(node, "Conv") || isClipped(network, node))) {
          logits.add(node);
        }
      }
    }
    return logits;
  }

  private boolean allInteger(NodeProto node) {
    return Operators.activations(node).stream()
        .map(network::producer)
        .allMatch(producer -> producer != null && isInteger(producer));
  }

  /**
   * A ReLU is fused if its input comes from a node with a scale of its own, and no other node takes
   * this input.
   */
  private boolean isFusible(NodeProto node) {
    if (!operators.isClamp(node)) {
      return false;
    }
    String input = node.getInput(0);
    NodeProto producer = network.producer(input);
    return producer != null
        && !Operators.isMoving(producer)
        && !operators.isClamp(producer)
        && network.consumers(input).size() == 1
        && !network.isOutput(input);
  }

  /**
   * Moves a node without weights back to float32 if no node after it takes integers. A ReLU after a
   * node with weights stays quantised.
   */
  private void leaveUnlessUseful(NodeProto node) {
    if (!isInteger(node) || operators.isWeighted(node)) {
      return;
    }
    boolean ofLayer =
        operators.isClamp(node) && operators.isWeighted(network.producer(node.getInput(0)));
    if (!ofLayer && !feedsIntegers(Network.key(node))) {
      integer.remove(Network.key(node));
    }
  }

  private boolean feedsIntegers(String value) {
    return network.consumers(value).stream()
        .anyMatch(
            consumer -> isInteger(consumer) && Operators.activations(consumer).contains(value));
  }

  /** {@return whether a node takes 8-bit integers} */
  boolean isInteger(NodeProto node) {
    return integer.contains(Network.key(node));
  }

  /**
   * {@return whether a node is fused into its producer, whose output is clamped in the same way}
   */
  boolean isFused(NodeProto node) {
    return isInteger(node) && operators.isClamp(node);
  }

  /**
   * {@return the name of a quantised node's output} If a ReLU is fused, this is the name of the
   * ReLU's output.
   */
  String output(NodeProto node) {
    NodeProto clamp = clamps.get(Network.key(node));
    return clamp == null ? Network.key(node) : Network.key(clamp);
  }

  /**
   * {@return whether a quantised node's output is quantised} The last matrix product returns
   * float32.
   */
  boolean isOutputQuantised(NodeProto node) {
    return Network.is(node, "Conv")
        || !operators.isWeighted(node)
        || isClipped(network, node)
        || feedsIntegers(output(node));
  }

  /**
   * {@return whether only a ReLU or a {@code Clip} takes the output of a node} ONNX Runtime does
   * not run a matrix product on integers if one of them follows in float32.
   */
  private static boolean isClipped(Network network, NodeProto node) {
    List<NodeProto> consumers = network.consumers(Network.key(node));
    return consumers.size() == 1
        && (Network.is(consumers.get(0), "Relu") || Network.is(consumers.get(0), "Clip"));
  }

  /** {@return whether a value is the quantised output of a quantised node} */
  boolean isIntegerOutput(String value) {
    NodeProto producer = network.producer(value);
    if (producer == null || !isInteger(producer)) {
      return false;
    }
    NodeProto node = isFused(producer) ? network.producer(producer.getInput(0)) : producer;
    return isOutputQuantised(node);
  }

  /**
   * {@return whether ONNX Runtime may dequantise a value of the float32 part of the network} It
   * does so if the value only moves integers.
   */
  boolean mayBecomeInteger(String value) {
    NodeProto producer = network.producer(value);
    return isIntegerOutput(value)
        || (producer != null
            && Operators.isPassed(producer)
            && mayBecomeInteger(producer.getInput(0)));
  }

  /** {@return the names of all activations that are quantised, in the order of the nodes} */
  Set<String> activations() {
    Set<String> values = new LinkedHashSet<>();
    for (NodeProto node : network.nodes()) {
      if (isInteger(node) && !isFused(node)) {
        values.addAll(Operators.activations(node));
        if (isOutputQuantised(node)) {
          values.add(output(node));
        }
      }
    }
    return values;
  }

  /**
   * {@return the activation whose range decides the scale of a value} A value that is only moved
   * has the scale of the original value.
   */
  String origin(String value) {
    String origin = value;
    NodeProto producer = network.producer(origin);
    while (producer != null && isInteger(producer) && Operators.isMoving(producer)) {
      origin = producer.getInput(0);
      producer = network.producer(origin);
    }
    return origin;
  }
}
