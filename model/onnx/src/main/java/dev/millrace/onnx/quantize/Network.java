package dev.millrace.onnx.quantize;

import dev.millrace.onnx.proto.AttributeProto;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.OperatorSetIdProto;
import dev.millrace.onnx.proto.TensorProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import dev.millrace.onnx.proto.ValueInfoProto;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A model's graph, and the connections of its nodes. The name of a node's first output identifies
 * the node. Immutable.
 */
final class Network {

  private final ModelProto model;
  private final Map<String, TensorProto> weights = new HashMap<>();
  private final Map<String, NodeProto> producers = new HashMap<>();
  private final Map<String, List<NodeProto>> consumers = new HashMap<>();
  private final Set<String> outputs = new HashSet<>();

  Network(ModelProto model) {
    this.model = model;
    model.getGraph().getInitializerList().forEach(weight -> weights.put(weight.getName(), weight));
    for (NodeProto node : nodes()) {
      node.getOutputList().forEach(output -> producers.put(output, node));
      for (String input : taken(node)) {
        consumers.computeIfAbsent(input, name -> new ArrayList<>()).add(node);
      }
    }
    model.getGraph().getOutputList().stream().map(ValueInfoProto::getName).forEach(outputs::add);
  }

  ModelProto model() {
    return model;
  }

  /** {@return the nodes, in an order in which they can run} */
  List<NodeProto> nodes() {
    return model.getGraph().getNodeList();
  }

  /** {@return the names of all values and nodes} */
  Set<String> names() {
    Set<String> names = new HashSet<>(weights.keySet());
    model.getGraph().getInputList().forEach(input -> names.add(input.getName()));
    for (NodeProto node : nodes()) {
      names.add(node.getName());
      names.addAll(node.getOutputList());
      names.addAll(taken(node));
    }
    return names;
  }

  /** {@return the names of the values that a node or a node in its subgraphs takes} */
  static Set<String> taken(NodeProto node) {
    Set<String> values = new HashSet<>(node.getInputList());
    for (GraphProto subgraph : subgraphs(node)) {
      subgraph.getNodeList().forEach(inner -> values.addAll(taken(inner)));
      subgraph.getOutputList().forEach(output -> values.add(output.getName()));
    }
    return values;
  }

  /** {@return the subgraphs of a node, for example the branches of an {@code If}} */
  static List<GraphProto> subgraphs(NodeProto node) {
    return node.getAttributeList().stream()
        .flatMap(each -> Stream.concat(Stream.of(each.getG()), each.getGraphsList().stream()))
        .toList();
  }

  /** {@return the version of ONNX's own operator set; 0 if there is none} */
  long opset() {
    return model.getOpsetImportList().stream()
        .filter(set -> isOnnx(set.getDomain()))
        .mapToLong(OperatorSetIdProto::getVersion)
        .max()
        .orElse(0);
  }

  /**
   * {@return the name that identifies the node in this class, which is the name of its first
   * output}
   */
  static String key(NodeProto node) {
    return node.getOutput(0);
  }

  /**
   * {@return the node's name for messages: its own name, or the name of its output if it has none}
   */
  static String title(NodeProto node) {
    return node.getOpType() + " " + (node.getName().isEmpty() ? key(node) : node.getName());
  }

  /** {@return whether the node is one of ONNX's own operators with this name} */
  static boolean is(NodeProto node, String operator) {
    return node.getOpType().equals(operator) && isOnnx(node.getDomain());
  }

  /** {@return whether a domain is the domain of ONNX's own operators} */
  static boolean isOnnx(String domain) {
    return domain.isEmpty() || domain.equals("ai.onnx");
  }

  /** {@return the node that computes a value; null for a constant and for the graph's input} */
  NodeProto producer(String value) {
    return producers.get(value);
  }

  /** {@return the nodes that take a value, or have a subgraph with a node that takes it} */
  List<NodeProto> consumers(String value) {
    return consumers.getOrDefault(value, List.of());
  }

  /** {@return whether a value is an output of the graph} */
  boolean isOutput(String value) {
    return outputs.contains(value);
  }

  /** {@return whether a value is a constant of the file} */
  boolean isConstant(String value) {
    return weights.containsKey(value);
  }

  /** {@return a constant of the file} */
  TensorProto constant(String name) {
    return weights.get(name);
  }

  /** {@return whether a value is a float32 constant with this number of dimensions} */
  boolean isWeight(String value, int dimensions) {
    return isWeight(value) && weights.get(value).getDimsCount() == dimensions;
  }

  /** {@return whether a value is a float32 constant} */
  boolean isWeight(String value) {
    TensorProto weight = weights.get(value);
    return weight != null && weight.getDataType() == DataType.FLOAT_VALUE;
  }

  /** {@return the values of a float32 constant, row-major} */
  FloatBuffer floats(String name) {
    TensorProto weight = weights.get(name);
    if (!weight.hasRawData()) {
      float[] values = new float[weight.getFloatDataCount()];
      for (int i = 0; i < values.length; i++) {
        values[i] = weight.getFloatData(i);
      }
      return FloatBuffer.wrap(values);
    }
    return weight
        .getRawData()
        .asReadOnlyByteBuffer()
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer();
  }

  /** {@return a node's attribute, or null} */
  static AttributeProto attribute(NodeProto node, String name) {
    for (AttributeProto attribute : node.getAttributeList()) {
      if (attribute.getName().equals(name)) {
        return attribute;
      }
    }
    return null;
  }

  /** {@return a whole number among a node's attributes} */
  static long integer(NodeProto node, String name, long otherwise) {
    AttributeProto attribute = attribute(node, name);
    return attribute == null ? otherwise : attribute.getI();
  }

  /** {@return a real number among a node's attributes} */
  static float real(NodeProto node, String name, float otherwise) {
    AttributeProto attribute = attribute(node, name);
    return attribute == null ? otherwise : attribute.getF();
  }
}
