package dev.millrace.onnx.quantize;

import dev.millrace.core.model.ModelException;
import dev.millrace.onnx.FreshNames;
import dev.millrace.onnx.Tensor;
import dev.millrace.onnx.proto.AttributeProto;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.OperatorSetIdProto;
import dev.millrace.onnx.proto.TensorProto;
import java.util.List;
import java.util.Set;

/**
 * Converts a model with ONNX's operator set 7, 8 or 9 to operator set 10, the first one with {@code
 * QLinearConv}. Few operators differ: three of them take inputs instead of attributes.
 */
final class OperatorSetUpgrade {

  private static final int VERSION = 10;

  /** Operators that were removed, and {@code Scan}, whose inputs changed in operator set 9. */
  private static final Set<String> REMOVED =
      Set.of(
          "Affine",
          "Crop",
          "DynamicSlice",
          "GivenTensorFill",
          "ImageScaler",
          "ParametricSoftplus",
          "Scale",
          "ScaledTanh");

  private static final Set<String> CHANGED =
      Set.of("BatchNormalization", "Slice", "TopK", "Upsample");

  private final long version;
  private final GraphProto.Builder graph;
  private final FreshNames names;

  private OperatorSetUpgrade(Network network) {
    this.version = network.opset();
    this.graph = network.model().getGraph().toBuilder().clearNode();
    this.names = new FreshNames(network.names());
  }

  /**
   * {@return the model with operator set 10, or the model itself if its operator set is not older}
   *
   * @throws ModelException if an operator cannot be converted
   */
  static ModelProto of(ModelProto model) {
    Network network = new Network(model);
    if (network.opset() >= VERSION) {
      return model;
    }
    OperatorSetUpgrade upgrade = new OperatorSetUpgrade(network);
    network.nodes().forEach(node -> upgrade.graph.addNode(upgrade.converted(node)));
    ModelProto.Builder upgraded = model.toBuilder().setGraph(upgrade.graph);
    for (OperatorSetIdProto.Builder set : upgraded.getOpsetImportBuilderList()) {
      if (Network.isOnnx(set.getDomain())) {
        set.setVersion(VERSION);
      }
    }
    return upgraded.build();
  }

  private NodeProto converted(NodeProto node) {
    Network.subgraphs(node).forEach(subgraph -> requireNewNodes(subgraph.getNodeList()));
    if (!Network.isOnnx(node.getDomain())) {
      return node;
    }
    requireKnown(node);
    return switch (node.getOpType()) {
      case "Slice" -> withInputs(node, "starts", "ends", "axes");
      case "TopK" -> withInputs(node, "k");
      case "Upsample" -> withInputs(node, "scales").toBuilder().setOpType("Resize").build();
      case "BatchNormalization" -> withoutAttributes(node, Set.of("spatial"));
      default -> node;
    };
  }

  private void requireNewNodes(List<NodeProto> nodes) {
    for (NodeProto node : nodes) {
      requireKnown(node);
      if (Network.isOnnx(node.getDomain()) && CHANGED.contains(node.getOpType())) {
        throw refusal(node);
      }
      Network.subgraphs(node).forEach(subgraph -> requireNewNodes(subgraph.getNodeList()));
    }
  }

  private void requireKnown(NodeProto node) {
    boolean changedScan = Network.is(node, "Scan") && version < 9;
    boolean ofEachValue =
        Network.is(node, "BatchNormalization") && Network.integer(node, "spatial", 1) == 0;
    if (changedScan
        || ofEachValue
        || (Network.isOnnx(node.getDomain()) && REMOVED.contains(node.getOpType()))) {
      throw refusal(node);
    }
  }

  private ModelException refusal(NodeProto node) {
    return new ModelException(
        "integer convolutions need operator set "
            + VERSION
            + ", but the model has "
            + version
            + ", and "
            + Network.title(node)
            + " cannot be converted to operator set "
            + VERSION
            + ": export the model again with opset 13 or newer");
  }

  /** Converts attributes to constant inputs. A missing attribute at the end stays missing. */
  private NodeProto withInputs(NodeProto node, String... attributes) {
    NodeProto.Builder changed = withoutAttributes(node, Set.of(attributes)).toBuilder();
    for (String name : attributes) {
      AttributeProto attribute = Network.attribute(node, name);
      if (attribute != null) {
        String input = names.take(Network.key(node) + "_" + name);
        graph.addInitializer(values(attribute).toBuilder().setName(input));
        changed.addInput(input);
      }
    }
    return changed.build();
  }

  private static TensorProto values(AttributeProto attribute) {
    if (attribute.getFloatsCount() > 0) {
      float[] values = new float[attribute.getFloatsCount()];
      for (int i = 0; i < values.length; i++) {
        values[i] = attribute.getFloats(i);
      }
      return Tensor.floats(values, values.length);
    }
    return attribute.getIntsCount() > 0
        ? Tensor.integers(attribute.getIntsList().stream().mapToLong(Long::longValue).toArray())
        : Tensor.integers(attribute.getI());
  }

  private static NodeProto withoutAttributes(NodeProto node, Set<String> names) {
    return node.toBuilder()
        .clearAttribute()
        .addAllAttribute(
            node.getAttributeList().stream()
                .filter(attribute -> !names.contains(attribute.getName()))
                .toList())
        .build();
  }
}
