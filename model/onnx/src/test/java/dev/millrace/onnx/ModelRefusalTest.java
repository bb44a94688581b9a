package dev.millrace.onnx;

import static dev.millrace.onnx.SmallModel.LABELS;
import static dev.millrace.onnx.SmallModel.PREPROCESSING;
import static dev.millrace.onnx.SmallModel.nchw;
import static dev.millrace.onnx.SmallModel.nhwc;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.onnx.proto.AttributeProto;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.StringStringEntryProto;
import dev.millrace.onnx.proto.TensorProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import dev.millrace.onnx.proto.TypeProto;
import dev.millrace.onnx.proto.ValueInfoProto;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A model that cannot be served is refused with one line that says what to do. */
class ModelRefusalTest {

  static Stream<Arguments> unfit() {
    return Stream.of(
        arguments(
            changed(GraphProto.Builder::clearInput),
            "the model has no input: export one that takes one batch of images"),
        arguments(
            changed(graph -> graph.addInput(Tensor.value("second", DataType.FLOAT, 1))),
            "the model has 2 inputs (x, second): export one that takes one batch of images"),
        arguments(
            changed(graph -> graph.addOutput(Tensor.shapeless("means", DataType.FLOAT))),
            "the model has 2 outputs (y, means), and more than one may hold a score for each"),
        arguments(
            nchw().shaped(-1, 3, 4).model(),
            "input 'x' has the shape [?, 3, 4], in which no layout has an axis of 3 channels:"),
        arguments(
            nchw().shaped(3, 4).model(),
            "input 'x' has the shape [3, 4]: export a model whose input is"),
        arguments(
            nchw().shaped(-1, 1, 4, 4).model(),
            "input 'x' has the shape [?, 1, 4, 4], in which no layout has an axis of 3 channels:"),
        arguments(
            nchw().shaped(-1, 3, 8, 4).model(),
            "input 'x' takes images 8 pixels high and 4 wide, not 4 pixels high and 4 wide: give"),
        arguments(
            nhwc().shaped(-1, 8, 8, 3).model(),
            "input 'x' takes images 8 pixels high and 8 wide, not 4 pixels high and 4 wide: give"),
        arguments(
            nchw().shaped(2, 3, 4, 4).model(),
            "input 'x' takes batches of exactly 2: export the model with a dynamic batch axis"),
        arguments(nchw().of(DataType.INT32).model(), "input 'x' takes INT32: export a model"),
        arguments(
            changed(graph -> graph.setInput(0, ValueInfoProto.newBuilder().setName("x"))),
            "input 'x' takes no tensor: export a model"),
        arguments(
            changed(graph -> graph.setOutput(0, Tensor.shapeless("y", DataType.INT64))),
            "output 'y' holds no float32 or float16 scores: export the model without its last step"),
        arguments(
            changed(graph -> graph.getOutputBuilder(0).setType(TypeProto.getDefaultInstance())),
            "output 'y' holds no float32 or float16 scores"),
        arguments(
            nchw().ending(end -> end.node("Softmax", axis(0))).model(),
            "the model ends in a softmax, but its answers to sample images are not distributions"),
        arguments(
            nchw().ending(end -> end.node("ReduceMean", axes(1))).model(),
            "the model has 1 classes, but there are 5 labels: give the labels"),
        arguments(
            nchw().ending(end -> end.node("ReduceSum")).model(),
            "the model has 1 classes, but there are 5 labels: give the labels"),
        arguments(
            nchw().ending(ModelRefusalTest::batchOfOneInside).model(),
            "the model answers a batch of 1 with the shape [3, 5]: export one that returns"),
        arguments(nchw().ending(ModelRefusalTest::divisionByZero).model(), "the model answers "),
        arguments(nchw().ending("Frobnicate").model(), "ONNX Runtime cannot load the model: "),
        arguments(
            nchw().ending(ModelRefusalTest::productInBrainFloat).model(),
            "ONNX Runtime cannot load the model: Could not find an implementation for MatMul(13) node"
                + " with name 'product'; give a float32 model, which can be quantised after its"
                + " import, because ONNX Runtime does not have this operator for the model's types"),
        arguments(
            nchw().model().toBuilder().setIrVersion(99).build(),
            "ONNX Runtime cannot load the model: Unsupported model IR version: 99, max supported IR"
                + " version: 13; save it with the IR version 13 or older, with model.ir_version"),
        arguments(
            nchw().opset(6).model(),
            "the model uses operator set 6, but the oldest supported one is 7: export"),
        arguments(
            nchw().model().toBuilder().clearOpsetImport().build(),
            "the model declares no operator set of ONNX, but the oldest"),
        arguments(
            nchw().opset(999).model(),
            "the model uses a newer operator set than ONNX Runtime supports: export it with opset "),
        arguments(
            changed(graph -> graph.setInitializer(0, outside(graph.getInitializer(0)))),
            "weight 'fc.weight' is stored in another file (model.onnx.data): export the model as one"
                + " file"),
        arguments(
            nchw().ending(ModelRefusalTest::constantOutside).model(),
            "weight '' is stored in another file (model.onnx.data): export the model as one file"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("unfit")
  void prepare_unfitModel_isRefusedInOneLine(ModelProto model, String message) {
    assertRefused(model.toByteArray(), PREPROCESSING, LABELS, message);
  }

  @ParameterizedTest
  @MethodSource("plainImages")
  void prepare_nanForAPlainImage_isRefusedNamingIt(int value, String name) {
    float[] refused =
        SmallModel.probabilities(SampleImages.plain(value, SmallModel.SIZE, SmallModel.SIZE), 1);
    ModelProto model = nchw().ending(end -> nanNear(refused, end)).model();

    assertRefused(
        model.toByteArray(),
        PREPROCESSING,
        LABELS,
        "the model's answer to " + name + " is not a distribution over its classes: it holds NaN;");
  }

  static Stream<Arguments> plainImages() {
    return Stream.of(arguments(0, "a black image"), arguments(128, "a mid-grey image"));
  }

  @Test
  void prepare_otherNumberOfLabels_isRefusedNamingBoth() {
    Labels four = new Labels(LABELS.names().subList(0, 4));

    assertRefused(
        nchw().bytes(), PREPROCESSING, four, "the model has 5 classes, but there are 4 labels");
  }

  @Test
  void prepare_preparedFile_isRefused() {
    byte[] prepared = ModelPreparation.prepare(nchw().bytes(), PREPROCESSING, LABELS).bytes();

    assertRefused(
        prepared, PREPROCESSING, LABELS, "the file was already prepared by Millrace: import the");
  }

  @ParameterizedTest
  @MethodSource("noModels")
  void prepare_noOnnxFile_isRefused(byte[] bytes) {
    assertRefused(bytes, PREPROCESSING, LABELS, "the file is not an ONNX model, or is truncated");
  }

  static Stream<byte[]> noModels() {
    byte[] noise = new byte[1000];
    new Random(7).nextBytes(noise);
    return Stream.of(
        new byte[0],
        "cat\ndog\n".getBytes(StandardCharsets.UTF_8),
        new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xe0},
        noise,
        ModelProto.newBuilder().setIrVersion(7).build().toByteArray());
  }

  @Test
  void prepare_fileCutShortAnywhere_isRefused() {
    byte[] whole = nchw().bytes();
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);

      assertRefused(cut, PREPROCESSING, LABELS, "");
    }
  }

  @Test
  void prepare_anyBitFlipped_isRefusedOrStillAModel() {
    byte[] good = nchw().bytes();
    Random random = new Random(11);
    int refused = 0;
    for (int i = 0; i < 300; i++) {
      byte[] bad = good.clone();
      bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
      try {
        assertThat(ModelPreparation.prepare(bad, PREPROCESSING, LABELS).classes()).isEqualTo(5);
      } catch (ModelException e) {
        assertThat(e.getMessage()).isNotBlank().doesNotContain("\n");
        refused++;
      }
    }
    assertThat(refused).isBetween(100, 299);
  }

  private static void assertRefused(
      byte[] model, Preprocessing preprocessing, Labels labels, String message) {
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> ModelPreparation.prepare(model, preprocessing, labels))
        .satisfies(
            e ->
                assertThat(e.getMessage()).startsWith(message).contains(": ").doesNotContain("\n"));
  }

  private static ModelProto changed(Consumer<GraphProto.Builder> change) {
    ModelProto.Builder model = nchw().model().toBuilder();
    change.accept(model.getGraphBuilder());
    return model.build();
  }

  private static String batchOfOneInside(SmallModel.Ending end) {
    String other = end.graph().constant("one_row", Tensor.floats(new float[15], 3, 5));
    return end.graph().node("Add", "sum", List.of(end.logits(), other));
  }

  private static String productInBrainFloat(SmallModel.Ending end) {
    OnnxGraph graph = end.graph();
    String square = graph.constant("square", Tensor.floats(new float[25], 5, 5));
    String narrow = brainFloat(graph, "narrow", end.logits());
    String weights = brainFloat(graph, "weights", square);
    String product = graph.node("MatMul", "product", List.of(narrow, weights));
    return graph.node("Cast", "wide", List.of(product), SmallModel.to(DataType.FLOAT));
  }

  private static String brainFloat(OnnxGraph graph, String name, String value) {
    return graph.node("Cast", name, List.of(value), SmallModel.to(DataType.BFLOAT16));
  }

  private static String divisionByZero(SmallModel.Ending end) {
    String zero = end.graph().constant("zero", Tensor.floats(new float[1], 1));
    return end.graph().node("Div", "quotient", List.of(end.logits(), zero));
  }

  /**
   * Adds a square root to the logits. The root is NaN for an image whose probabilities are near the
   * given probabilities.
   */
  private static String nanNear(float[] probabilities, SmallModel.Ending end) {
    OnnxGraph graph = end.graph();
    String near = graph.constant("near", Tensor.floats(probabilities, 1, probabilities.length));
    String radius = graph.constant("radius", Tensor.floats(new float[] {1e-4f}, 1));
    String gap = graph.node("Sub", "gap", List.of(end.node("Softmax"), near));
    String away = graph.node("Abs", "away", List.of(gap));
    String farthest = graph.node("ReduceMax", "farthest", List.of(away), axes(1));
    String outside = graph.node("Sub", "outside", List.of(farthest, radius));
    String root = graph.node("Sqrt", "root", List.of(outside));
    return graph.node("Add", "shifted", List.of(end.logits(), root));
  }

  private static String constantOutside(SmallModel.Ending end) {
    end.graph().constant("unused", outside(Tensor.floats(new float[1], 1)));
    return end.logits();
  }

  private static TensorProto outside(TensorProto tensor) {
    return tensor.toBuilder()
        .clearRawData()
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(
            StringStringEntryProto.newBuilder().setKey("location").setValue("model.onnx.data"))
        .build();
  }

  private static AttributeProto axis(long axis) {
    return Attribute.integer("axis", axis);
  }

  private static AttributeProto axes(long... axes) {
    return Attribute.integers("axes", axes);
  }

  @Test
  void flattenedImage_isRefused() {
    ExportedModel flat = ExportedModel.of(nchw().shaped(1, 1, 1, 784).bytes());

    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(flat::input)
        .withMessageContaining("takes an image as one line of 784 numbers: export the model");
  }
}
