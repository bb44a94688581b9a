package dev.millrace.onnx;

import dev.millrace.onnx.proto.AttributeProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import java.util.ArrayList;
import java.util.List;

/** A sequence of nodes, each of which takes the output of the node before it. Not thread-safe. */
final class NodeChain {

  private final OnnxGraph graph;
  private final FreshNames names;
  private String last;

  /**
   * Begins a chain.
   *
   * @param graph the graph to which the nodes are added
   * @param first the value that the first node takes
   */
  NodeChain(OnnxGraph graph, FreshNames names, String first) {
    this.graph = graph;
    this.names = names;
    this.last = first;
  }

  /** Adds a node with one input. */
  void then(String operator, String name, AttributeProto... attributes) {
    last = graph.node(operator, names.take(name), List.of(last), attributes);
  }

  /** Adds a node whose second input is a value of the model. */
  void with(String operator, String name, String operand) {
    last = graph.node(operator, names.take(name), List.of(last, operand));
  }

  /**
   * Adds a node that takes the chain's last value, and concatenates the node's output and this
   * value. Two values {@code [N, 1]} become {@code [N, 2]}, the node's output first.
   *
   * @param before the node's inputs before the chain's last value
   */
  void precededBy(String other, String otherName, String name, List<String> before) {
    List<String> inputs = new ArrayList<>(before);
    inputs.add(last);
    String added = graph.node(other, names.take(otherName), inputs);
    last =
        graph.node("Concat", names.take(name), List.of(added, last), Attribute.integer("axis", 1));
  }

  /** Adds a float32 constant of one element and returns its name. */
  String constant(String name, float value) {
    return graph.constant(names.take(name), Tensor.floats(new float[] {value}, 1));
  }

  /** Adds an int64 constant and returns its name. */
  String constant(String name, long... values) {
    return graph.constant(names.take(name), Tensor.integers(values));
  }

  /** Casts a value of the model to float32 and returns the result's name. */
  String castToFloat(String name, String value) {
    return graph.node(
        "Cast", names.take(name), List.of(value), Attribute.integer("to", DataType.FLOAT_VALUE));
  }

  /** {@return the name of the last node's output} */
  String last() {
    return last;
  }

  /**
   * Gives the last value its final name, with an Identity node. No other node may use this name for
   * its output.
   */
  void end(String name) {
    graph.node("Identity", name, List.of(last));
  }
}
