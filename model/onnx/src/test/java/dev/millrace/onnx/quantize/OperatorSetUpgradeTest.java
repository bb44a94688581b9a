package dev.millrace.onnx.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException;
import dev.millrace.core.model.ModelException;
import dev.millrace.onnx.Attribute;
import dev.millrace.onnx.proto.AttributeProto;
import dev.millrace.onnx.proto.AttributeProto.AttributeType;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.OperatorSetIdProto;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ONNX Runtime's integer convolution needs operator set 10, but PyTorch 1.x wrote 9 by default. */
class OperatorSetUpgradeTest {

  private static final AttributeProto TWICE =
      AttributeProto.newBuilder()
          .setName("scales")
          .setType(AttributeType.FLOATS)
          .addAllFloats(List.of(1f, 1f, 2f, 2f))
          .build();

  @ParameterizedTest
  @ValueSource(ints = {7, 8, 9, 10})
  void oldFile_runsOnIntegers(int opset) throws IOException, OrtException {
    SketchedNetwork network = new SketchedNetwork(opset);
    byte[] prepared = network.prepared(network.head(network.stem()));

    byte[] quantised = SketchedNetwork.quantised(prepared);

    assertThat(SketchedNetwork.optimised(quantised))
        .contains("QLinearConv", "QLinearGlobalAveragePool", "QGemm");
    assertThat(SketchedNetwork.difference(prepared, quantised)).isLessThan(0.05);
  }

  @ParameterizedTest
  @ValueSource(ints = {7, 8, 9})
  void operatorsWithOtherInputsSinceOperatorSet10_areConverted(int opset)
      throws IOException, OrtException {
    SketchedNetwork network = new SketchedNetwork(opset);
    String stem = network.stem();
    String first =
        network.node(
            "Slice",
            List.of(
                Attribute.integers("axes", 1),
                Attribute.integers("starts", 0),
                Attribute.integers("ends", 4)),
            stem);
    String larger =
        opset < 9
            ? network.node("Upsample", List.of(TWICE), network.maxPool(first))
            : network.node(
                "Upsample", network.maxPool(first), network.constant(new float[] {1, 1, 2, 2}, 4));
    String added = network.node("Add", network.conv(larger, 4, 8, 3), network.conv(first, 4, 8, 1));
    byte[] prepared = network.prepared(network.head(network.node("Relu", added)));

    byte[] quantised = SketchedNetwork.quantised(prepared);

    assertThat(SketchedNetwork.optimised(quantised))
        .contains("Slice", "Resize")
        .doesNotContain("Conv", "FusedConv");
    assertThat(SketchedNetwork.difference(prepared, quantised)).isLessThan(0.1);
  }

  @Test
  void numberOfTheLargestValues_becomesAnInput() {
    ModelProto upgraded =
        OperatorSetUpgrade.of(
            model(
                9,
                node("TopK")
                    .addAttribute(Attribute.integer("k", 3))
                    .addAttribute(Attribute.integer("axis", 1))));

    NodeProto top = upgraded.getGraph().getNode(0);
    assertThat(upgraded.getOpsetImport(0).getVersion()).isEqualTo(10);
    assertThat(top.getAttributeList()).containsExactly(Attribute.integer("axis", 1));
    assertThat(top.getInputList()).hasSize(2);
    assertThat(upgraded.getGraph().getInitializer(0).getName()).isEqualTo(top.getInput(1));
    assertThat(upgraded.getGraph().getInitializer(0).getRawData().byteAt(0)).isEqualTo((byte) 3);
  }

  @Test
  void batchNorm_losesItsOldAttribute_ifItHasTheDefault() {
    ModelProto upgraded =
        OperatorSetUpgrade.of(
            model(8, node("BatchNormalization").addAttribute(Attribute.integer("spatial", 1))));

    assertThat(upgraded.getGraph().getNode(0).getAttributeList()).isEmpty();
  }

  @Test
  void operatorsThatCannotBeConverted_areRefused() {
    ModelProto eachValue =
        model(8, node("BatchNormalization").addAttribute(Attribute.integer("spatial", 0)));
    ModelProto inside =
        model(
            9,
            node("If")
                .addAttribute(
                    AttributeProto.newBuilder()
                        .setName("then_branch")
                        .setG(model(9, node("Slice")).getGraph())));

    for (ModelProto model :
        List.of(eachValue, inside, model(9, node("ImageScaler")), model(8, node("Scan")))) {
      assertThatThrownBy(() -> OperatorSetUpgrade.of(model))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("cannot be converted to operator set 10")
          .hasMessageEndingWith("export the model again with opset 13 or newer");
    }
  }

  @Test
  void newerModel_staysAsItIs() {
    ModelProto model = model(10, node("Slice"));

    assertThat(OperatorSetUpgrade.of(model)).isSameAs(model);
  }

  private static NodeProto.Builder node(String operator) {
    return NodeProto.newBuilder().setOpType(operator).addInput("x").addOutput("y");
  }

  private static ModelProto model(int opset, NodeProto.Builder node) {
    ModelProto.Builder model = ModelProto.newBuilder();
    model.addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset));
    model.getGraphBuilder().addNode(node);
    return model.build();
  }
}
