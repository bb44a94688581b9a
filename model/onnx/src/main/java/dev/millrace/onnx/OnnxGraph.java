package dev.millrace.onnx;

import dev.millrace.onnx.proto.AttributeProto;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.OperatorSetIdProto;
import dev.millrace.onnx.proto.TensorProto;
import dev.millrace.onnx.proto.ValueInfoProto;
import java.util.List;

/**
 * Builds a graph node by node, in the order in which the nodes run. Most methods return the name of
 * a value, so that the result of a call can be an input of the next node. Not thread-safe.
 */
final class OnnxGraph {

  /**
   * The operator set of ONNX 1.8 (2020), the oldest operator set that current exporters still
   * write.
   */
  static final int OPSET = 13;

  /** The version of the ONNX file format that belongs to {@link #OPSET}. */
  private static final int IR_VERSION = 7;

  static final String PRODUCER = "millrace";

  private final GraphProto.Builder graph = GraphProto.newBuilder();

  OnnxGraph(String name) {
    graph.setName(name);
  }

  /** Adds a graph input and returns its name. */
  String input(ValueInfoProto input) {
    graph.addInput(input);
    return input.getName();
  }

  /** Declares a node's output as an output of the graph. */
  void output(ValueInfoProto output) {
    graph.addOutput(output);
  }

  /** Adds a weight and returns its name. */
  String weight(String name, TensorProto values) {
    graph.addInitializer(values.toBuilder().setName(name));
    return name;
  }

  /** Adds a constant that is not a weight, as a node, and returns the constant's name. */
  String constant(String name, TensorProto values) {
    return node("Constant", name, List.of(), Attribute.tensor("value", values));
  }

  /**
   * Adds a node.
   *
   * @param operator one of ONNX's own operators
   * @param output the name of the node, which is also the name of its only output
   * @return {@code output}
   */
  String node(String operator, String output, List<String> inputs, AttributeProto... attributes) {
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(operator)
            .setName(output)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(List.of(attributes)));
    return output;
  }

  /** {@return the nodes added so far} */
  List<NodeProto> nodes() {
    return graph.getNodeList();
  }

  /** {@return the graph as a model file's content, with the operator set {@link #OPSET}} */
  ModelProto model() {
    return model(OPSET);
  }

  /**
   * {@return the graph as a model file's content}
   *
   * @param opset the version of an operator set in which all nodes are valid
   */
  ModelProto model(int opset) {
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .setProducerName(PRODUCER)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(opset))
        .setGraph(graph)
        .build();
  }
}
