package dev.millrace.onnx;

import static dev.millrace.onnx.SmallModel.LABELS;
import static dev.millrace.onnx.SmallModel.PREPROCESSING;
import static dev.millrace.onnx.SmallModel.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.TensorProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ModelPreparationTest {

  private static final ByteBuffer PIXELS = SampleImages.noise(3, SmallModel.SIZE, SmallModel.SIZE);

  static Stream<Arguments> exports() {
    return Stream.of(
        arguments("NCHW", SmallModel.nchw().model(), true),
        arguments("NHWC", SmallModel.nhwc().model(), true),
        arguments("size left open", SmallModel.nchw().shaped(-1, 3, -1, -1).model(), true),
        arguments("logits, opset 11", SmallModel.nchw().opset(11).model(), true),
        arguments("logits, opset 7", SmallModel.nchw().opset(7).model(), true),
        arguments("softmax, opset 13", SmallModel.nchw().ending("Softmax").model(), false),
        arguments(
            "softmax, opset 11", SmallModel.nchw().opset(11).ending("Softmax").model(), false),
        arguments(
            "softmax, carried on",
            SmallModel.nchw().ending(ModelPreparationTest::softmaxCarriedOn).model(),
            false),
        arguments(
            "softmax, rounded inside",
            SmallModel.nchw().ending(ModelPreparationTest::roundedSoftmax).model(),
            false),
        arguments("log softmax", SmallModel.nchw().ending("LogSoftmax").model(), true),
        arguments(
            "own softmax in parts",
            SmallModel.nchw().ending(ModelPreparationTest::softmaxInParts).model(),
            false),
        arguments(
            "map of one pixel",
            SmallModel.nchw().opset(12).ending(ModelPreparationTest::oneByOneMap).model(),
            true),
        arguments("our names", SmallModel.nchw().named("pixels", "probabilities").model(), true),
        arguments(
            "our names turned", SmallModel.nchw().named("probabilities", "pixels").model(), true),
        arguments(
            "weights as inputs", Networks.weightsAsInputs(SmallModel.nchw().model(), 3), true));
  }

  private static String oneByOneMap(SmallModel.Ending end) {
    return end.node("Unsqueeze", Attribute.integers("axes", 2, 3));
  }

  private static String softmaxCarriedOn(SmallModel.Ending end) {
    OnnxGraph graph = end.graph();
    String shape = graph.weight("shape", longs(0, -1, 1, 1));
    String map = graph.node("Reshape", "reshaped", List.of(end.node("Softmax"), shape));
    String flat = graph.node("Flatten", "flat", List.of(map));
    return graph.node("Identity", "same", List.of(flat));
  }

  private static TensorProto longs(long... values) {
    return TensorProto.newBuilder()
        .addDims(values.length)
        .setDataType(DataType.INT64_VALUE)
        .setRawData(bytes(values))
        .build();
  }

  private static ByteString bytes(long... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return ByteString.copyFrom(bytes);
  }

  private static String roundedSoftmax(SmallModel.Ending end) {
    String half =
        end.graph().node("Cast", "half", List.of(end.node("Softmax")), to(DataType.FLOAT16));
    return end.graph().node("Cast", "float", List.of(half), to(DataType.FLOAT));
  }

  private static String softmaxInParts(SmallModel.Ending end) {
    String exp = end.node("Exp");
    String sum = end.graph().node("ReduceL1", "sum", List.of(exp), Attribute.integers("axes", 1));
    return end.graph().node("Div", "quotient", List.of(exp, sum));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("exports")
  void prepare_goodExport_answersTheRightProbabilities(
      String name, ModelProto exported, boolean logits) {
    PreparedModel prepared =
        ModelPreparation.prepare(exported.toByteArray(), PREPROCESSING, LABELS);

    assertThat(prepared.scores() == ScoreTail.SOFTMAX).as(name).isEqualTo(logits);
    assertThat(Runs.once(prepared.bytes(), PREPROCESSING, LABELS, PIXELS))
        .containsExactly(
            SmallModel.probabilities(PIXELS, 3), within(name.contains("rounded") ? 5e-4f : 1e-5f));
  }

  @ParameterizedTest
  @MethodSource("halves")
  void prepare_halfPrecisionExport_answersTheRightProbabilitiesAsFloats(ModelProto exported) {
    PreparedModel prepared =
        ModelPreparation.prepare(exported.toByteArray(), PREPROCESSING, LABELS);

    float[] answer = Runs.once(prepared.bytes(), PREPROCESSING, LABELS, PIXELS);
    assertThat(prepared.input()).isEqualTo("x NCHW float16");
    assertThat(answer).containsExactly(SmallModel.probabilities(PIXELS, 3), within(5e-3f));
    assertThat(answer[0] + answer[1] + answer[2] + answer[3] + answer[4])
        .isEqualTo(1, within(1e-6f));
  }

  static Stream<ModelProto> halves() {
    SmallModel half = SmallModel.nchw().of(DataType.FLOAT16);
    return Stream.of(half.model(), half.ending("Softmax").model());
  }

  @Test
  void prepare_goodExport_keepsWhatItDoesNotUnderstand() throws Exception {
    ModelProto exported =
        SmallModel.nchw().opset(12).model().toBuilder()
            .setIrVersion(6)
            .setUnknownFields(UnknownFieldSet.newBuilder().addField(5, version(42)).build())
            .build();

    ModelProto prepared =
        ModelProto.parseFrom(
            ModelPreparation.prepare(exported.toByteArray(), PREPROCESSING, LABELS).bytes());

    assertThat(prepared.getUnknownFields()).isEqualTo(exported.getUnknownFields());
    assertThat(prepared.getIrVersion()).isEqualTo(6);
    assertThat(prepared.getOpsetImportList()).isEqualTo(exported.getOpsetImportList());
    assertThat(prepared.getGraph().getInitializerList())
        .isEqualTo(exported.getGraph().getInitializerList());
    assertThat(PreparedMark.read(prepared))
        .contains("size=4 resize=6 mean=[0.5, 0.4, 0.3] std=[0.2, 0.25, 0.3]");
  }

  private static UnknownFieldSet.Field version(long number) {
    return UnknownFieldSet.Field.newBuilder().addVarint(number).build();
  }

  @Test
  void prepare_goodExport_namesInputAndOutputForWhatTheyAre() throws Exception {
    PreparedModel prepared =
        ModelPreparation.prepare(SmallModel.nchw().bytes(), PREPROCESSING, LABELS);

    GraphProto graph = ModelProto.parseFrom(prepared.bytes()).getGraph();
    assertThat(graph.getInputList())
        .containsExactly(Tensor.value("pixels", DataType.UINT8, -1, 4, 4, 3));
    assertThat(graph.getOutputList())
        .containsExactly(Tensor.value("probabilities", DataType.FLOAT, -1, 5));
  }
}
