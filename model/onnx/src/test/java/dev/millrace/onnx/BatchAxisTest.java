package dev.millrace.onnx;

import static dev.millrace.onnx.SmallModel.LABELS;
import static dev.millrace.onnx.SmallModel.PREPROCESSING;
import static dev.millrace.onnx.SmallModel.nchw;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.ScoreKind;
import dev.millrace.core.model.ScoreSettings;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import dev.millrace.testing.SharedData;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests models that were exported for batches of one image. The preparation opens their batch axis,
 * or they run image by image.
 */
class BatchAxisTest {

  private static final ByteBuffer PIXELS = SampleImages.noise(3, SmallModel.SIZE, SmallModel.SIZE);

  static Stream<Arguments> opened() {
    return Stream.of(
        arguments("nothing inside", ending(SmallModel.Ending::logits)),
        arguments("Reshape to [1, -1]", ending(end -> reshape(end, end.logits(), "flat", 1, -1))),
        arguments("Reshape to [1, 5]", ending(end -> reshape(end, end.logits(), "flat", 1, 5))),
        arguments("Reshape there and back", ending(BatchAxisTest::thereAndBack)),
        arguments("Reshape to windows", ending(BatchAxisTest::windows)),
        arguments("one shape for two", ending(BatchAxisTest::sharedShape)),
        arguments("shape in a Constant", ending(BatchAxisTest::shapeInConstant)),
        arguments("shape in value_ints", ending(BatchAxisTest::shapeInIntegers)),
        arguments("Reshape of a weight", ending(BatchAxisTest::reshapedWeight)),
        arguments("declared shapes", declared(ending(SmallModel.Ending::logits))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("opened")
  void prepare_batchFixedAtOne_isOpenedAndAnswersWholeBatches(String name, ModelProto exported)
      throws Exception {
    PreparedModel prepared =
        ModelPreparation.prepare(exported.toByteArray(), PREPROCESSING, LABELS);

    assertThat(prepared.batchAxisOpened()).as(name).isTrue();
    assertThat(prepared.oneImageReason()).isEmpty();
    assertThat(prepared).asString().endsWith("batch axis opened");
    assertThat(ModelProto.parseFrom(prepared.bytes()).getGraph().getInput(0))
        .isEqualTo(Tensor.value("pixels", DataType.UINT8, -1, 4, 4, 3));
    assertThat(Runs.once(prepared.bytes(), PREPROCESSING, LABELS, PIXELS))
        .containsExactly(SmallModel.probabilities(PIXELS, 3), within(1e-5f));
  }

  static Stream<Arguments> single() {
    return Stream.of(
        arguments("class token", ending(BatchAxisTest::classToken), ""),
        arguments(
            "mean over the batch",
            ending(BatchAxisTest::mixedRows),
            "an image's answer depends on the other images in its batch"),
        arguments(
            "mean over a dynamic batch",
            nchw().ending(BatchAxisTest::mixedRows).model(),
            "an image's answer depends on the other images in its batch"),
        arguments(
            "Squeeze of all axes",
            ending(BatchAxisTest::squeezedAndBack),
            "it answers a batch of 2 with the shape [1, 2, 5]"),
        arguments(
            "no axis for the image in the output",
            ending(end -> end.node("Squeeze")),
            "it answers a batch of 1 with the shape [5]"),
        arguments("rows turned", ending(BatchAxisTest::turnedRows), ""),
        arguments("no batch axis", withoutBatchAxis(), "its input has three axes"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("single")
  void prepare_modelThatIsRightOnlyAlone_runsImageByImage(
      String name, ModelProto exported, String reason) throws Exception {
    PreparedModel prepared =
        ModelPreparation.prepare(exported.toByteArray(), PREPROCESSING, LABELS);

    assertThat(prepared.batchAxisOpened()).as(name).isFalse();
    assertThat(prepared.oneImageReason()).get().asString().startsWith(reason);
    assertThat(prepared).asString().contains(", one image per run because " + reason);
    assertThat(ModelProto.parseFrom(prepared.bytes()).getGraph().getInput(0))
        .isEqualTo(Tensor.value("pixels", DataType.UINT8, 1, 4, 4, 3));
    assertThat(Runs.once(prepared.bytes(), PREPROCESSING, LABELS, PIXELS))
        .containsExactly(SmallModel.probabilities(PIXELS, 3), within(1e-5f));
  }

  @Test
  void prepare_scaleOverTheWholeBatch_runsImageByImage() {
    ModelProto exported = quantised();

    PreparedModel prepared =
        ModelPreparation.prepare(exported.toByteArray(), PREPROCESSING, LABELS);

    assertThat(prepared.oneImageReason())
        .contains("it quantises with a scale that depends on the whole batch");
    assertThat(Runs.once(prepared.bytes(), PREPROCESSING, LABELS, PIXELS))
        .containsExactly(SmallModel.probabilities(PIXELS, 3), within(0.02f));
  }

  @Test
  void prepare_answersThatDoNotDiffer_showNothingAboutABatch() {
    ModelProto exported = ending(BatchAxisTest::constantAnswer);

    PreparedModel prepared =
        ModelPreparation.prepare(
            ExportedModel.of(exported.toByteArray()),
            PREPROCESSING,
            LABELS,
            null,
            new ScoreSettings(null, ScoreKind.LOGITS));

    assertThat(prepared.oneImageReason())
        .contains("its answers to sample images are too similar to tell them apart");
  }

  @Test
  void prepare_realResNetForOneImage_answersAsTheOriginal() throws Exception {
    NumpyArchive golden = new NumpyArchive(SharedData.file("golden/cifar10_resnet20.npz"));
    ModelProto.Builder fixed =
        ModelProto.parseFrom(Files.readAllBytes(SharedData.file("models/cifar10_resnet20.onnx")))
            .toBuilder();
    fixed
        .getGraphBuilder()
        .setInput(
            0, Tensor.value(fixed.getGraph().getInput(0).getName(), DataType.FLOAT, 1, 3, 32, 32))
        .setOutput(0, Tensor.value(fixed.getGraph().getOutput(0).getName(), DataType.FLOAT, 1, 10));
    Preprocessing preprocessing =
        new Preprocessing(32, 32, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD);

    PreparedModel prepared =
        ModelPreparation.prepare(fixed.build().toByteArray(), preprocessing, Runs.labels(10));

    assertThat(prepared.batchAxisOpened()).isTrue();
    assertThat(
            Runs.once(
                prepared.bytes(),
                preprocessing,
                Runs.labels(10),
                Runs.direct(golden.bytes("pixels"))))
        .containsExactly(Softmax.ofRows(golden.floats("logits"), 10), within(1e-4f));
  }

  private static ModelProto ending(Function<SmallModel.Ending, String> ending) {
    return nchw().shaped(1, 3, 4, 4).ending(ending).model();
  }

  private static ModelProto declared(ModelProto model) {
    GraphProto.Builder graph = model.getGraph().toBuilder();
    graph.setOutput(0, Tensor.value("y", DataType.FLOAT, 1, 5));
    graph.addValueInfo(Tensor.value("means", DataType.FLOAT, 1, 3));
    return model.toBuilder().setGraph(graph).build();
  }

  private static String reshape(SmallModel.Ending end, String value, String name, long... shape) {
    String target = end.graph().weight(name + "_shape", Tensor.integers(shape));
    return end.graph().node("Reshape", name, List.of(value, target));
  }

  private static String thereAndBack(SmallModel.Ending end) {
    return reshape(end, reshape(end, end.logits(), "map", 1, 5, 1, 1), "flat", 1, -1);
  }

  /** Splits each image into five parts, as a Swin transformer splits it into windows. */
  private static String windows(SmallModel.Ending end) {
    return reshape(end, reshape(end, end.logits(), "windows", 5, 1), "flat", 1, 5);
  }

  private static String sharedShape(SmallModel.Ending end) {
    String shape = end.graph().weight("shape", Tensor.integers(1, 5));
    String once = end.graph().node("Reshape", "once", List.of(end.logits(), shape));
    return end.graph().node("Reshape", "twice", List.of(once, shape));
  }

  private static String shapeInConstant(SmallModel.Ending end) {
    String shape = end.graph().constant("shape", Tensor.integers(1, -1));
    return end.graph().node("Reshape", "flat", List.of(end.logits(), shape));
  }

  private static String shapeInIntegers(SmallModel.Ending end) {
    String shape =
        end.graph().node("Constant", "shape", List.of(), Attribute.integers("value_ints", 1, 5));
    return end.graph().node("Reshape", "flat", List.of(end.logits(), shape));
  }

  /** Reshapes a weight to one row, which must stay one row in a batch of several images. */
  private static String reshapedWeight(SmallModel.Ending end) {
    String weight = end.graph().weight("zeros", Tensor.floats(new float[5], 5));
    String row = reshape(end, weight, "row", 1, -1);
    return end.graph().node("Add", "sum", List.of(end.logits(), row));
  }

  /** Joins each image's row with a constant row, as a vision transformer does. */
  private static String classToken(SmallModel.Ending end) {
    OnnxGraph graph = end.graph();
    String rows = reshape(end, end.logits(), "rows", 1, 1, 5);
    String token = graph.weight("token", Tensor.floats(new float[5], 1, 1, 5));
    String both = graph.node("Concat", "both", List.of(token, rows), Attribute.integer("axis", 1));
    String second = graph.weight("second", Tensor.integers(1));
    String row = graph.node("Gather", "row", List.of(both, second), Attribute.integer("axis", 1));
    return reshape(end, row, "flat", 1, 5);
  }

  /**
   * Adds nodes whose result is right for one image and for equal images, but mixes different
   * images.
   */
  private static String mixedRows(SmallModel.Ending end) {
    OnnxGraph graph = end.graph();
    String half = graph.constant("half", Tensor.floats(new float[] {0.5f}, 1));
    String mean = end.node("ReduceMean", Attribute.integers("axes", 0));
    String sum = graph.node("Add", "mixed", List.of(end.logits(), mean));
    return graph.node("Mul", "halved", List.of(sum, half));
  }

  /**
   * Adds nodes whose result is right for one image. In a batch, each row gets scores of other
   * images.
   */
  private static String turnedRows(SmallModel.Ending end) {
    String columns = reshape(end, end.logits(), "columns", 5, -1);
    return end.graph().node("Transpose", "turned", List.of(columns));
  }

  /**
   * Removes all axes of length 1, and adds one in front. The result is right only for a single
   * image.
   */
  private static String squeezedAndBack(SmallModel.Ending end) {
    String axis = end.graph().constant("axis", Tensor.integers(0));
    return end.graph().node("Unsqueeze", "back", List.of(end.node("Squeeze"), axis));
  }

  /** Rounds the logits to 8 bits, with a scale that is computed from all rows of the batch. */
  private static ModelProto quantised() {
    ModelProto.Builder model = nchw().model().toBuilder();
    model
        .getGraphBuilder()
        .addNode(
            NodeProto.newBuilder()
                .setOpType("DynamicQuantizeLinear")
                .addInput("y")
                .addAllOutput(List.of("codes", "scale", "zero")))
        .addNode(
            NodeProto.newBuilder()
                .setOpType("DequantizeLinear")
                .addAllInput(List.of("codes", "scale", "zero"))
                .addOutput("rounded"))
        .setOutput(0, Tensor.shapeless("rounded", DataType.FLOAT));
    return model.build();
  }

  private static String constantAnswer(SmallModel.Ending end) {
    String nothing = end.graph().weight("nothing", Tensor.floats(new float[25], 5, 5));
    String bias = end.graph().weight("bias", Tensor.floats(new float[] {1, 2, 3, 4, 5}, 5));
    return end.graph().node("Gemm", "constant", List.of(end.logits(), nothing, bias));
  }

  /** Returns a model that takes one image {@code [3, 4, 4]} and returns one row {@code [5]}. */
  private static ModelProto withoutBatchAxis() {
    ModelProto.Builder model = nchw().model().toBuilder();
    GraphProto.Builder graph = model.getGraphBuilder();
    OnnxGraph batch = new OnnxGraph("batch");
    String shape = batch.constant("batch_shape", Tensor.integers(1, 3, 4, 4));
    batch.node("Reshape", "x_batch", List.of("x", shape));
    OnnxGraph row = new OnnxGraph("row");
    String flat = row.constant("row_shape", Tensor.integers(5));
    row.node("Reshape", "row", List.of("y", flat));
    graph.setInput(0, Tensor.value("x", DataType.FLOAT, 3, 4, 4));
    graph.setNode(0, graph.getNode(0).toBuilder().setInput(0, "x_batch"));
    graph.addNode(0, batch.nodes().get(1)).addNode(0, batch.nodes().get(0));
    graph.addAllNode(row.nodes()).setOutput(0, Tensor.shapeless("row", DataType.FLOAT));
    return model.build();
  }
}
