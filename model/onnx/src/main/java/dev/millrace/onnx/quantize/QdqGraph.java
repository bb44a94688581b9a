package dev.millrace.onnx.quantize;

import dev.millrace.onnx.Attribute;
import dev.millrace.onnx.FreshNames;
import dev.millrace.onnx.Tensor;
import dev.millrace.onnx.proto.AttributeProto;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.OperatorSetIdProto;
import dev.millrace.onnx.proto.TensorProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import dev.millrace.onnx.proto.ValueInfoProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Writes a network with {@code QuantizeLinear} and {@code DequantizeLinear} (QDQ) nodes around the
 * nodes of a {@link Plan}. ONNX Runtime replaces the QDQ nodes and the nodes between them by
 * integer operators. The graph has the same meaning in any runtime.
 *
 * <p>Not thread-safe. An instance builds one graph.
 */
final class QdqGraph {

  /** The first version of ONNX's operator set whose QDQ nodes take a scale for each channel. */
  private static final int CHANNEL_OPSET = 13;

  private static final String CONTRIBUTED = "com.microsoft";

  private final Network network;
  private final Plan plan;
  private final Operators operators;
  private final Function<String, ActivationScale> scales;
  private final int largestWeight;
  private final String domain;
  private final FreshNames names;
  private final GraphProto.Builder graph;
  private final Map<String, String> dequantised = new HashMap<>();
  private boolean saturable;

  /**
   * Creates a graph without nodes.
   *
   * @param scales the scale of each activation of the plan, by its name
   * @param largestWeight the largest magnitude of a weight's integer, see {@link ChannelWeights}
   */
  QdqGraph(
      Network network, Plan plan, Function<String, ActivationScale> scales, int largestWeight) {
    this.network = network;
    this.plan = plan;
    this.operators = new Operators(network);
    this.scales = scales;
    this.largestWeight = largestWeight;
    this.domain = network.opset() < CHANNEL_OPSET ? CONTRIBUTED : "";
    this.names = new FreshNames(network.names());
    this.graph = network.model().getGraph().toBuilder().clearNode().clearValueInfo();
  }

  /** {@return the quantised model} Call this method once. */
  ModelProto build() {
    Set<String> wanted = plan.activations();
    network.model().getGraph().getInputList().stream()
        .map(ValueInfoProto::getName)
        .filter(wanted::contains)
        .forEach(this::quantise);
    for (NodeProto node : network.nodes()) {
      if (plan.isFused(node)) {
        continue;
      }
      NodeProto added = plan.isInteger(node) ? quantised(node) : floating(node);
      graph.addNode(added);
      for (String output : added.getOutputList()) {
        if (wanted.contains(output)) {
          quantise(output);
        }
      }
    }
    dropUnusedWeights();
    ModelProto.Builder model = network.model().toBuilder().setGraph(graph);
    if (!domain.isEmpty()
        && model.getOpsetImportList().stream().noneMatch(set -> set.getDomain().equals(domain))) {
      model.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(1));
    }
    return model.build();
  }

  /**
   * {@return whether the sum of two products with the weights can exceed 16 bits, which processors
   * without VNNI saturate} Call this method only after {@link #build}.
   */
  boolean canSaturate() {
    return saturable;
  }

  private NodeProto floating(NodeProto node) {
    NodeProto.Builder changed = node.toBuilder();
    for (int i = 0; i < node.getInputCount(); i++) {
      String input = node.getInput(i);
      if (plan.isIntegerOutput(input)) {
        changed.setInput(i, dequantised.get(input));
      }
    }
    if (operators.isQuantisedByOnnxRuntime(node) && plan.mayBecomeInteger(node.getInput(0))) {
      hideBias(changed, node);
    }
    return changed.build();
  }

  /**
   * Replaces the bias of a float32 layer that may lie between integer nodes by a dequantised bias.
   * If the bias were a constant or missing, ONNX Runtime would round the layer's weights to
   * integers, with one scale for all channels.
   */
  private void hideBias(NodeProto.Builder changed, NodeProto node) {
    ExactBias bias = ExactBias.of(bias(node), operators.channels(node));
    String hidden = bias(Network.key(node), bias.integers(), bias.scales());
    if (changed.getInputCount() < 3) {
      changed.addInput(hidden);
    } else {
      changed.setInput(2, hidden);
    }
  }

  private NodeProto quantised(NodeProto node) {
    NodeProto.Builder changed = node.toBuilder().setOutput(0, plan.output(node));
    List<String> activations = Operators.activations(node);
    for (int i = 0; i < activations.size(); i++) {
      changed.setInput(i, dequantised.get(activations.get(i)));
    }
    if (operators.isWeighted(node)) {
      setWeights(changed, node);
    }
    return changed.build();
  }

  private void setWeights(NodeProto.Builder changed, NodeProto node) {
    float input = scale(node.getInput(0)).scale();
    String weight = node.getInput(1);
    List<Long> shape = network.constant(weight).getDimsList();
    int axis = Operators.channelAxis(node);
    int inner = product(shape, axis + 1);
    int kernel = product(shape, 2);
    FloatBuffer bias = bias(node);
    int channels = Math.toIntExact(shape.get(axis));
    ChannelWeights weights =
        ChannelWeights.of(
            network.floats(weight), channels, inner, kernel, largestWeight, bias, input);
    saturable |= weights.canSaturate();
    String base = Network.key(node);
    changed.setInput(
        1,
        constant(
            base + "_weight",
            DataType.INT8,
            ByteBuffer.wrap(weights.integers()),
            shape,
            weights.scales(),
            axis));
    if (bias != null) {
      float[] biasScales = weights.biasScales(input);
      changed.setInput(2, bias(base, ChannelWeights.bias(bias, biasScales), biasScales));
    }
  }

  private static int product(List<Long> shape, int from) {
    return Math.toIntExact(shape.stream().skip(from).reduce(1L, (a, b) -> a * b));
  }

  /** {@return the values of a node's bias; null if it has none} */
  private FloatBuffer bias(NodeProto node) {
    String bias = Operators.bias(node);
    return bias.isEmpty() ? null : network.floats(bias);
  }

  /** Adds a quantised bias, and returns the name of its dequantised values. */
  private String bias(String base, int[] integers, float[] channelScales) {
    ByteBuffer bytes = little(integers.length * Integer.BYTES);
    bytes.asIntBuffer().put(integers);
    return constant(
        base + "_bias", DataType.INT32, bytes, List.of((long) integers.length), channelScales, 0);
  }

  /** Adds a quantised constant, and returns the name of its dequantised values. */
  private String constant(
      String name,
      DataType type,
      ByteBuffer integers,
      List<Long> shape,
      float[] channelScales,
      int axis) {
    List<Integer> sizes = shape.stream().map(Math::toIntExact).toList();
    int bytes = type == DataType.INT8 ? 1 : Integer.BYTES;
    String values = weight(name + "_quantized", Tensor.of(type, integers, sizes));
    String factors = weight(name + "_scale", Tensor.floats(channelScales, channelScales.length));
    String zeros =
        weight(
            name + "_zero_point",
            Tensor.of(type, little(channelScales.length * bytes), List.of(channelScales.length)));
    return node(
        "DequantizeLinear", name, List.of(values, factors, zeros), Attribute.integer("axis", axis));
  }

  /** Adds the pair of nodes that rounds an activation to 8 bits. */
  private void quantise(String value) {
    ActivationScale scale = scale(value);
    String factor = weight(value + "_scale", Tensor.floats(new float[] {scale.scale()}));
    String zero =
        weight(
            value + "_zero_point",
            Tensor.of(
                DataType.UINT8, ByteBuffer.wrap(new byte[] {(byte) scale.zeroPoint()}), List.of()));
    String integers = node("QuantizeLinear", value + "_quantized", List.of(value, factor, zero));
    dequantised.put(
        value, node("DequantizeLinear", value + "_dequantized", List.of(integers, factor, zero)));
  }

  private ActivationScale scale(String value) {
    return scales.apply(plan.origin(value));
  }

  private String node(
      String operator, String name, List<String> inputs, AttributeProto... attributes) {
    String fresh = names.take(name);
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(operator)
            .setDomain(domain)
            .setName(fresh)
            .addAllInput(inputs)
            .addOutput(fresh)
            .addAllAttribute(List.of(attributes)));
    return fresh;
  }

  private String weight(String name, TensorProto values) {
    String fresh = names.take(name);
    graph.addInitializer(values.toBuilder().setName(fresh));
    return fresh;
  }

  private void dropUnusedWeights() {
    Set<String> used = new HashSet<>();
    graph.getNodeList().forEach(node -> used.addAll(Network.taken(node)));
    graph.getOutputList().forEach(output -> used.add(output.getName()));
    List<TensorProto> kept =
        graph.getInitializerList().stream().filter(w -> used.contains(w.getName())).toList();
    graph.clearInitializer().addAllInitializer(kept);
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
