package dev.millrace.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests which first operators show that a model normalises its input itself. */
class OwnNormalizationTest {

  /** Returns a small model whose input passes through nodes before it. */
  private static ModelProto model(BiFunction<OnnxGraph, String, String> front) {
    ModelProto model = SmallModel.nchw().model();
    OnnxGraph graph = new OnnxGraph("front");
    String normalized = front.apply(graph, "x");
    GraphProto.Builder changed = model.getGraph().toBuilder().clearNode();
    changed.addAllNode(graph.nodes());
    for (NodeProto node : model.getGraph().getNodeList()) {
      NodeProto.Builder reader = node.toBuilder();
      for (int i = 0; i < node.getInputCount(); i++) {
        if (node.getInput(i).equals("x")) {
          reader.setInput(i, normalized);
        }
      }
      changed.addNode(reader);
    }
    return model.toBuilder().setGraph(changed).build();
  }

  private static Optional<OwnNormalization> found(ModelProto model) {
    return ExportedModel.of(model.toByteArray()).ownNormalization();
  }

  private static String with(OnnxGraph graph, String operator, String pixels, float... constants) {
    String name =
        graph.constant(
            operator + "_constant",
            constants.length == 1
                ? Tensor.floats(constants)
                : Tensor.floats(constants, 1, constants.length, 1, 1));
    return graph.node(operator, operator + "_result", List.of(pixels, name));
  }

  @ParameterizedTest
  @CsvSource({
    "Div, 255, 255, Div by 255.0",
    "Mul, 0.003921569, 255, Mul by 0.003921569",
    "Mul, 0.007843138, 255, Mul by 0.007843138",
    "Sub, 127.5, 255, Sub of 127.5",
    "Add, -127.5, 255, Add of -127.5",
    "Sub, 0.5, 1, Sub of 0.5",
    "Add, -0.5, 1, Add of -0.5"
  })
  void divisionOrSubtraction_isFound(String operator, float constant, int white, String words) {
    assertThat(found(model((graph, pixels) -> with(graph, operator, pixels, constant))))
        .contains(new OwnNormalization(words, white));
  }

  /** PyTorch's Normalize has a constant for each channel. */
  @Test
  void subtractionOfImageNetsMean_isFound_behindNodesThatKeepTheScale() {
    ModelProto model =
        model(
            (graph, pixels) -> {
              String cast =
                  graph.node("Cast", "wide", List.of(pixels), SmallModel.to(DataType.FLOAT));
              String kept =
                  graph.node(
                      "Transpose", "kept", List.of(cast), Attribute.integers("perm", 0, 1, 2, 3));
              String unused = graph.node("Shape", "sizes", List.of(kept));
              return with(graph, "Sub", kept, 0.485f, 0.456f, 0.406f);
            });
    assertThat(found(model)).contains(new OwnNormalization("Sub of 0.485, 0.456, 0.406", 1));
  }

  @Test
  void factorInFront_isFound() {
    ModelProto model =
        model(
            (graph, pixels) -> {
              String factor = graph.constant("factor", Tensor.floats(new float[] {1 / 255f}));
              return graph.node("Mul", "scaled", List.of(factor, pixels));
            });
    assertThat(found(model)).contains(new OwnNormalization("Mul by 0.003921569", 255));
  }

  static Stream<ModelProto> others() {
    return Stream.of(
        SmallModel.nchw().model(),
        SmallModel.nhwc().model(),
        model((graph, pixels) -> with(graph, "Mul", pixels, 2)),
        model((graph, pixels) -> with(graph, "Div", pixels, 0.5f)),
        model((graph, pixels) -> with(graph, "Add", pixels, 1)),
        model((graph, pixels) -> with(graph, "Sub", pixels, 0)),
        model((graph, pixels) -> with(graph, "Sub", pixels, 0.5f, 0.5f, 120)),
        model((graph, pixels) -> with(graph, "Sub", pixels, -104, -117, -123)),
        model((graph, pixels) -> with(graph, "Max", pixels, 255)),
        // a constant minus the pixels, and a constant divided by the pixels
        model(
            (graph, pixels) ->
                graph.node(
                    "Sub",
                    "inverted",
                    List.of(graph.constant("one", Tensor.floats(new float[] {1})), pixels))),
        model(
            (graph, pixels) ->
                graph.node(
                    "Div",
                    "inverse",
                    List.of(graph.constant("white", Tensor.floats(new float[] {255})), pixels))),
        // two nodes read the pixels
        model(
            (graph, pixels) ->
                graph.node(
                    "Add",
                    "both",
                    List.of(
                        with(graph, "Div", pixels, 255),
                        graph.node("Neg", "negated", List.of(pixels))))));
  }

  @ParameterizedTest
  @MethodSource("others")
  void otherModel_showsNothing(ModelProto model) {
    assertThat(found(model)).isEmpty();
  }
}
