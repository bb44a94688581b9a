package dev.millrace.onnx.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.onnx.Tensor;
import dev.millrace.onnx.proto.AttributeProto;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.OperatorSetIdProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests plans for a network of two convolutions with a shortcut, a matrix product and a softmax.
 */
class PlanTest {

  private static final Network NETWORK =
      new Network(
          model(
              node("Sub", "front", "image", "half"),
              node("Conv", "c1", "front", "w"),
              node("Relu", "r1", "c1"),
              node("MaxPool", "pool", "r1"),
              node("Conv", "c2", "pool", "w"),
              node("Add", "sum", "c2", "pool"),
              node("Relu", "r2", "sum"),
              node("GlobalAveragePool", "mean", "r2"),
              node("Flatten", "flat", "mean"),
              node("Gemm", "logits", "flat", "fc"),
              node("Softmax", "p", "logits")));

  @Test
  void nodesBetweenTheWeightedOnes_stayInIntegers_andTheFrontAndTheTailInFloat() {
    Plan plan = new Plan(NETWORK, Set.of());

    assertThat(integers(plan))
        .containsExactly("c1", "r1", "pool", "c2", "sum", "r2", "mean", "flat", "logits");
    assertThat(plan.activations())
        .containsExactly("front", "r1", "pool", "c2", "r2", "mean", "flat");
    assertThat(plan.isFused(producer("r1"))).isTrue();
    assertThat(plan.output(producer("c1"))).isEqualTo("r1");
    assertThat(plan.origin("pool")).isEqualTo("r1");
    assertThat(plan.isOutputQuantised(producer("logits"))).isFalse();
  }

  @Test
  void keptConvolution_leavesItsShortcutAndPoolInFloat() {
    Plan plan = new Plan(NETWORK, Set.of("c1"));

    assertThat(integers(plan)).containsExactly("c2", "logits");
    assertThat(plan.activations()).containsExactly("pool", "c2", "flat");
    assertThat(plan.origin("pool")).isEqualTo("pool");
  }

  @Test
  void keptMatrixProduct_leavesTheNodesBeforeItInFloat() {
    Plan plan = new Plan(NETWORK, Set.of("logits"));

    assertThat(integers(plan)).containsExactly("c1", "r1", "pool", "c2");
  }

  @ParameterizedTest
  @CsvSource({"Reshape, Softmax", "Flatten, Div", "Squeeze, Identity", "Identity, Sigmoid"})
  void convolutionOfTheLogits_staysInFloat(String first, String second) {
    Network network =
        new Network(
            model(
                node("Conv", "c1", "image", "w"),
                node("GlobalAveragePool", "mean", "c1"),
                node("Conv", "logits", "mean", "w"),
                node(first, "moved", "logits"),
                node(second, "p", "moved")));

    assertThat(integers(network, new Plan(network, Set.of()))).containsExactly("c1");
    assertThat(Plan.weighted(network)).extracting(Network::key).containsExactly("c1");
    assertThat(Plan.logits(network)).extracting(Network::key).containsExactly("logits");
  }

  @Test
  void convolutionOfAGate_runsOnIntegers() {
    Network network =
        new Network(
            model(
                node("Conv", "c1", "image", "w"),
                node("Conv", "c2", "c1", "w"),
                node("Sigmoid", "gate", "c2"),
                node("Mul", "gated", "c1", "gate"),
                node("Relu", "r", "gated"),
                node("Flatten", "p", "r")));

    assertThat(integers(network, new Plan(network, Set.of()))).contains("c1", "c2");
    assertThat(Plan.logits(network)).isEmpty();
  }

  @Test
  void clamp_isFusedOnlyFromZero() {
    Network network =
        new Network(
            model(
                node("Conv", "c1", "image", "w"),
                node("Clip", "six", "c1", "zero", "half"),
                node("Conv", "c2", "six", "w"),
                node("Clip", "tanh", "c2", "minus", "half"),
                node("Conv", "c3", "tanh", "w"),
                node("Relu", "alone", "c3"),
                node("Sub", "also", "c3", "half")));

    Plan plan = new Plan(network, Set.of());

    assertThat(integers(network, plan)).containsExactly("c1", "six", "c2", "c3");
  }

  /** The subgraph needs the value before the clamp, which fusion would remove. */
  @Test
  void clamp_isNotFused_ifASubgraphReadsItsInput() {
    GraphProto branch =
        GraphProto.newBuilder()
            .addNode(node("Abs", "then", "c1"))
            .addOutput(Tensor.shapeless("then", DataType.FLOAT))
            .build();
    NodeProto condition =
        node("If", "branched", "condition").toBuilder()
            .addAttribute(AttributeProto.newBuilder().setName("then_branch").setG(branch))
            .build();
    Network network =
        new Network(
            model(
                node("Conv", "c1", "image", "w"),
                node("Relu", "r1", "c1"),
                node("Conv", "c2", "r1", "w"),
                node("Relu", "r2", "c2"),
                node("Flatten", "p", "r2"),
                condition));

    assertThat(integers(network, new Plan(network, Set.of()))).containsExactly("c1", "c2", "r2");
  }

  /** The largest value would differ between images, but the integers have one range. */
  @Test
  void clamp_isNotFused_ifItsLargestValueIsComputed() {
    Network network =
        new Network(
            model(
                node("Conv", "c1", "image", "w"),
                node("ReduceMax", "max", "image"),
                node("Clip", "clip", "c1", "zero", "max"),
                node("Conv", "c2", "clip", "w"),
                node("Relu", "r", "c2"),
                node("Flatten", "p", "r")));

    assertThat(integers(network, new Plan(network, Set.of()))).containsExactly("c1", "c2", "r");
  }

  private static NodeProto producer(String name) {
    return NETWORK.producer(name);
  }

  private static List<String> integers(Plan plan) {
    return integers(NETWORK, plan);
  }

  private static List<String> integers(Network network, Plan plan) {
    return network.nodes().stream().filter(plan::isInteger).map(Network::key).toList();
  }

  private static NodeProto node(String operator, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(operator)
        .addAllInput(List.of(inputs))
        .addOutput(output)
        .build();
  }

  private static ModelProto model(NodeProto... nodes) {
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .addInput(Tensor.shapeless("image", DataType.FLOAT))
            .addInitializer(Tensor.floats(new float[1], 1, 1, 1, 1).toBuilder().setName("w"))
            .addInitializer(Tensor.floats(new float[1], 1, 1).toBuilder().setName("fc"))
            .addInitializer(Tensor.floats(new float[] {0.5f}).toBuilder().setName("half"))
            .addInitializer(Tensor.floats(new float[] {-0.5f}).toBuilder().setName("minus"))
            .addInitializer(Tensor.floats(new float[1]).toBuilder().setName("zero"));
    graph.addAllNode(List.of(nodes));
    return ModelProto.newBuilder()
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
        .setGraph(graph)
        .build();
  }
}
