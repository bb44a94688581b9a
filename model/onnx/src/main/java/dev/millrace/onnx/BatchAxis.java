package dev.millrace.onnx;

import dev.millrace.onnx.proto.AttributeProto;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.TensorProto;
import dev.millrace.onnx.proto.ValueInfoProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Rewrites a model that takes batches of exactly one image, so that it takes batches of any size:
 *
 * <ul>
 *   <li>the first dimension of the input becomes open, which means that it may have any size. The
 *       declared shapes of all values inside the graph are dropped, because they hold only for one
 *       image. ONNX Runtime computes the shapes itself;
 *   <li>a {@code Reshape} of the images to a constant shape, for example {@code [1, 2048]}, takes
 *       its first dimension from the number of images.
 * </ul>
 *
 * <p>This class does not check the rewritten model, which may fail to run or may mix the images of
 * a batch. {@link BatchProof} checks the model. If the check fails, the model runs one image at a
 * time.
 */
final class BatchAxis {

  private static final String RESHAPE = "Reshape";

  private final GraphProto graph;
  private final FreshNames names;
  private final Map<String, TensorProto> constants = new HashMap<>();

  private BatchAxis(OnnxFile file) {
    this.graph = file.graph();
    this.names = new FreshNames(file.names());
    graph.getInitializerList().forEach(weight -> constants.put(weight.getName(), weight));
    for (NodeProto node : graph.getNodeList()) {
      constant(node).ifPresent(value -> constants.put(node.getOutput(0), value));
    }
  }

  /** {@return the file with an open batch axis} */
  static OnnxFile open(OnnxFile file) {
    BatchAxis axis = new BatchAxis(file);
    GraphProto.Builder rewritten = axis.reshaped();
    ValueInfoProto.Builder input = file.input().toBuilder();
    input.getTypeBuilder().getTensorTypeBuilder().getShapeBuilder().getDimBuilder(0).clear();
    rewritten.setInput(file.graph().getInputList().indexOf(file.input()), input);
    rewritten.clearValueInfo();
    for (ValueInfoProto.Builder output : rewritten.getOutputBuilderList()) {
      output.getTypeBuilder().getTensorTypeBuilder().clearShape();
    }
    return file.with(file.model().toBuilder().setGraph(rewritten).build());
  }

  private GraphProto.Builder reshaped() {
    GraphProto.Builder rewritten = graph.toBuilder();
    // Nodes are in topological order, so earlier nodes have written the values that a node reads.
    Set<String> ofImages = new HashSet<>();
    graph.getInputList().forEach(input -> ofImages.add(input.getName()));
    graph.getInitializerList().forEach(weight -> ofImages.remove(weight.getName()));
    for (int i = 0; i < graph.getNodeCount(); i++) {
      NodeProto node = graph.getNode(i);
      if (node.getInputList().stream().anyMatch(ofImages::contains)) {
        ofImages.addAll(node.getOutputList());
        if (hasConstantShape(node, ofImages)) {
          rewritten.setNode(i, openShape(rewritten, node));
        }
      }
    }
    return rewritten;
  }

  /** {@return whether a node is a Reshape of the images whose first dimension can be opened} */
  private boolean hasConstantShape(NodeProto node, Set<String> ofImages) {
    if (!node.getOpType().equals(RESHAPE)
        || node.getInputCount() != 2
        || !ofImages.contains(node.getInput(0))
        || !constants.containsKey(node.getInput(1))) {
      return false;
    }
    List<Long> shape = Integers.of(constants.get(node.getInput(1)));
    return shape.size() > 1 && (shape.get(0) == 1 || (shape.get(0) > 1 && !shape.contains(-1L)));
  }

  /**
   * Replaces the first dimension by -1, because ONNX Runtime then computes the size from the number
   * of elements. If another dimension is already -1, the first dimension becomes 0, which stands
   * for the first dimension of the reshaped value.
   */
  private NodeProto openShape(GraphProto.Builder rewritten, NodeProto node) {
    List<Long> shape = Integers.of(constants.get(node.getInput(1)));
    long[] open = shape.stream().mapToLong(Long::longValue).toArray();
    open[0] = shape.contains(-1L) ? 0 : -1;
    String name = names.take("batch/" + node.getInput(1));
    rewritten.addInitializer(Tensor.integers(open).toBuilder().setName(name));
    NodeProto.Builder reshape = node.toBuilder().setInput(1, name);
    if (!shape.contains(0L)) {
      // If the attribute allowzero is set, a 0 in the shape stands for an empty dimension.
      reshape.clearAttribute();
      node.getAttributeList().stream()
          .filter(attribute -> !attribute.getName().equals("allowzero"))
          .forEach(reshape::addAttribute);
    }
    return reshape.build();
  }

  private static Optional<TensorProto> constant(NodeProto node) {
    if (!node.getOpType().equals("Constant") || node.getOutputCount() != 1) {
      return Optional.empty();
    }
    return node.getAttributeList().stream()
        .filter(attribute -> attribute.getType() != AttributeProto.AttributeType.STRING)
        .map(BatchAxis::constant)
        .flatMap(java.util.Optional::stream)
        .findFirst();
  }

  private static Optional<TensorProto> constant(AttributeProto attribute) {
    return switch (attribute.getName()) {
      case "value" -> Optional.of(attribute.getT());
      case "value_ints" ->
          Optional.of(
              Tensor.integers(
                  attribute.getIntsList().stream().mapToLong(Long::longValue).toArray()));
      default -> Optional.empty();
    };
  }
}
