package dev.millrace.onnx;

import static dev.millrace.onnx.SmallModel.LABELS;
import static dev.millrace.onnx.SmallModel.PREPROCESSING;
import static dev.millrace.onnx.SmallModel.nchw;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.model.ScoreKind;
import dev.millrace.core.model.ScoreSettings;
import dev.millrace.core.repository.ModelFiles;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.repository.Provenance;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.runtime.AnswerKind;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import dev.millrace.onnx.SmallModel.Ending;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.OperatorSetIdProto;
import dev.millrace.onnx.proto.TensorProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import dev.millrace.onnx.proto.ValueInfoProto;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The preparation recognises the kind of scores that a model's output holds, or requires the user
 * to state the kind.
 */
class ScoresTest {

  private static final ByteBuffer PIXELS = SampleImages.noise(3, SmallModel.SIZE, SmallModel.SIZE);
  private static final float[] EXPECTED = SmallModel.probabilities(PIXELS, 3);
  private static final Labels TWO = new Labels(List.of("no", "yes"));
  private static final String SAY =
      ": say which kind of scores they are, logits, probabilities or independent (in a"
          + " config.pbtxt, with the parameter scores)";

  static Stream<Arguments> disguises() {
    return Stream.of(
        arguments("exp of log softmax", ending(ScoresTest::expOfLogSoftmax), "softmax of its own"),
        arguments("mean of softmaxes", ending(ScoresTest::meanOfSoftmaxes), "softmax of its own"),
        arguments("half a sum", ending(ScoresTest::halfASum), "softmax of its own"),
        arguments("clip", ending(ScoresTest::clipped), "softmax of its own"),
        arguments("transpose", ending(ScoresTest::transposedTwice), "softmax of its own"),
        arguments("percent", ending(ScoresTest::percent), "softmax of its own, divided by its sum"),
        arguments("local function", localSoftmax(), "softmax of its own"),
        arguments("softmax times one", ending(end -> times(end, 1)), "softmax of its own"),
        arguments("[N, 1, 5]", unsqueezed(1), "softmax appended"),
        arguments("[N, 1, 1, 5]", unsqueezed(1, 2), "softmax appended"),
        arguments("[N, 5, 1]", unsqueezed(2), "softmax appended"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("disguises")
  void probabilitiesInDisguise_stayWhatTheyAre(String name, ModelProto model, String done) {
    PreparedModel prepared = prepare(model, LABELS, null, null);

    assertThat(prepared.scores()).as(name).hasToString(done);
    assertThat(answers(prepared, LABELS)).containsExactly(EXPECTED, within(1e-5f));
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "UINT8"})
  void quantizedSoftmax_staysAsTheModelRoundsIt(DataType output) {
    ModelProto model =
        output == DataType.FLOAT
            ? ending(ScoresTest::quantizedAndBack)
            : nchw().ending(ScoresTest::quantized).model();
    if (output == DataType.UINT8) {
      ModelProto.Builder bytes = model.toBuilder();
      bytes.getGraphBuilder().setOutput(0, Tensor.shapeless("y", DataType.UINT8));
      model = bytes.build();
    }

    PreparedModel prepared = prepare(model, LABELS, null, null);

    float[] rounded = new float[EXPECTED.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = (float) Math.rint(EXPECTED[i] * 64) / 64;
    }
    assertThat(prepared.scores()).isEqualTo(ScoreTail.COARSE);
    assertThat(answers(prepared, LABELS)).containsExactly(rounded, within(1e-6f));
  }

  @Test
  void sigmoids_areIndependent() {
    PreparedModel prepared = prepare(ending(end -> sigmoid(end, odds(end))), TWO, null, null);

    assertThat(prepared.scores()).isEqualTo(ScoreTail.INDEPENDENT);
    assertThat(answers(prepared, TWO)).containsExactly(independent(), within(1e-6f));
    try (ModelSession session =
        OnnxModelRuntime.open(prepared.bytes(), Device.CPU, PREPROCESSING, TWO)) {
      assertThat(session.answers()).isEqualTo(AnswerKind.INDEPENDENT);
    }
  }

  @Test
  void logits_thatTheUserCallsIndependent_getSigmoids() {
    PreparedModel prepared = prepare(ending(ScoresTest::odds), TWO, null, ScoreKind.INDEPENDENT);

    assertThat(prepared.scores()).isEqualTo(ScoreTail.SIGMOIDS);
    assertThat(answers(prepared, TWO)).containsExactly(independent(), within(1e-6f));
  }

  @Test
  void sigmoidsInParts_areRefusedUntilTheUserSaysWhatTheyAre() {
    ModelProto model = ending(ScoresTest::sigmoidInParts);

    assertRefused(
        model,
        TWO,
        null,
        null,
        "the model's answers to sample images all lie between 0 and 1, so they may already be"
            + " probabilities"
            + SAY);
    PreparedModel prepared = prepare(model, TWO, null, ScoreKind.INDEPENDENT);
    assertThat(prepared.scores()).isEqualTo(ScoreTail.INDEPENDENT);
    assertThat(answers(prepared, TWO)).containsExactly(independent(), within(1e-6f));
  }

  /** Weight decay moves the sum of trained logits towards 0. */
  @Test
  void logitsThatSumToZero_areLogits_ifALinearLayerComputesThem() {
    PreparedModel prepared = prepare(ending(ScoresTest::centred), LABELS, null, null);

    assertThat(prepared.scores()).isEqualTo(ScoreTail.SOFTMAX);
    assertThat(answers(prepared, LABELS))
        .containsExactly(SmallModel.probabilities(PIXELS, 3), within(1e-5f));
  }

  /** An untrained network may return logits that are as small as the rounding of probabilities. */
  @Test
  void tinyLogitsOfBothSigns_areLogits() {
    PreparedModel prepared = prepare(ending(end -> centred(end, 1e-10f)), LABELS, null, null);

    assertThat(prepared.scores()).isEqualTo(ScoreTail.SOFTMAX);
  }

  @Test
  void otherScoresThatSumToZero_areRefusedUntilTheUserSaysWhatTheyAre() {
    assertRefused(
        ending(ScoresTest::probabilitiesLessTheirMean),
        LABELS,
        null,
        null,
        "the model's answers to different sample images have the same sum");
  }

  @Test
  void scoresWithOneSum_areRefusedUntilTheUserSaysWhatTheyAre() {
    ModelProto model = ending(ScoresTest::twiceLessOne);

    assertRefused(
        model,
        LABELS,
        null,
        null,
        "the model's answers to different sample images have the same sum, so they may already be"
            + " probabilities"
            + SAY);
    assertThat(prepare(model, LABELS, null, ScoreKind.LOGITS).scores())
        .isEqualTo(ScoreTail.SOFTMAX);
  }

  @Test
  void logitsThatLookLikeProbabilities_areRefusedUntilTheUserSaysWhatTheyAre() {
    ModelProto model = ending(ScoresTest::alwaysAHalfTwice);

    assertRefused(
        model, LABELS, null, null, "the model's answers to sample images all lie between");
    PreparedModel prepared = prepare(model, LABELS, null, ScoreKind.LOGITS);
    assertThat(Arrays.copyOf(answers(prepared, LABELS), 5))
        .containsExactly(Softmax.of(new double[] {0.5, 0.5, 0, 0, 0}), within(1e-6f));
  }

  @Test
  void networkThatMillraceWrote_endsInLogitsWhateverTheyLookLike() {
    ResNet network = Networks.narrow("resnet18");
    Map<String, WeightTensor> zeros = new LinkedHashMap<>(Networks.weights(network).tensors());
    zeros.replaceAll(
        (name, tensor) ->
            name.startsWith("fc.")
                ? new WeightTensor(tensor.shape(), FloatBuffer.wrap(new float[tensor.size()]))
                : tensor);
    Preprocessing small = new Preprocessing(32, 32, PREPROCESSING.mean(), PREPROCESSING.std());

    PreparedModel prepared =
        ModelPreparation.prepare(
            ResNetOnnx.write(network, new Weights(zeros)), small, Runs.labels(5));

    assertThat(prepared.scores()).isEqualTo(ScoreTail.SOFTMAX);
  }

  @Test
  void oneLogit_withTwoLabels_becomesTwoProbabilities() {
    float[] expected = pairs();

    for (Function<Ending, String> column :
        List.<Function<Ending, String>>of(ScoresTest::odd, ScoresTest::oddWithoutAnAxis)) {
      PreparedModel prepared = prepare(ending(column), TWO, null, null);
      assertThat(prepared.scores()).isEqualTo(ScoreTail.TWO_OF_LOGIT);
      assertThat(answers(prepared, TWO)).containsExactly(expected, within(1e-6f));
    }
    PreparedModel sigmoid = prepare(ending(end -> sigmoid(end, odd(end))), TWO, null, null);
    assertThat(sigmoid.scores()).isEqualTo(ScoreTail.TWO_OF_PROBABILITY);
    assertThat(answers(sigmoid, TWO)).containsExactly(expected, within(1e-6f));
    PreparedModel concatenated = prepare(ending(ScoresTest::bothProbabilities), TWO, null, null);
    assertThat(concatenated.scores()).isEqualTo(ScoreTail.DISTRIBUTION);
    assertThat(answers(concatenated, TWO)).containsExactly(expected, within(1e-6f));
  }

  @Test
  void oneClass_isRefused() {
    Labels one = new Labels(List.of("yes"));

    assertRefused(
        ending(ScoresTest::odd), one, null, null, "the model has one class, which would always be");
    assertRefused(
        ending(end -> sigmoid(end, odd(end))), one, null, null, "the model has one class, which");
    assertRefused(
        ending(end -> end.graph().node("Softmax", "one", List.of(odd(end)))),
        TWO,
        null,
        null,
        "the model ends in a softmax over one class, which is always 1: export it to return");
    assertThat(prepare(ending(ScoresTest::odd), one, null, ScoreKind.INDEPENDENT).scores())
        .isEqualTo(ScoreTail.SIGMOIDS);
  }

  @Test
  void wordOfTheUser_thatTheScoresContradict_isRefused() {
    assertRefused(
        nchw().model(),
        LABELS,
        null,
        ScoreKind.PROBABILITIES,
        "the model's answers to sample images are not distributions over its classes: export");
    assertRefused(
        ending(end -> end.node("Softmax")),
        LABELS,
        null,
        ScoreKind.INDEPENDENT,
        "the model ends in a softmax, so its classes are not independent: import");
    assertRefused(
        ending(end -> scaled(end, sigmoid(end, end.logits()), 100)),
        LABELS,
        null,
        null,
        "the model's answers to sample images do not lie between 0 and 1, so they are not");
  }

  @Test
  void severalOutputs_theObviousOneIsTakenAndNamed() {
    PreparedModel probabilities =
        prepare(withOutputs("Softmax", output("logits", -1, 5)), LABELS, null, null);
    assertThat(probabilities).asString().contains(", output y, softmax of its own");

    PreparedModel sized =
        prepare(withOutputs("Identity", output("means", -1, 3)), LABELS, null, null);
    assertThat(sized).asString().contains(", output y, softmax appended");
    assertThat(answers(sized, LABELS)).containsExactly(EXPECTED, within(1e-5f));

    PreparedModel named =
        prepare(withOutputs("Softmax", output("logits", -1, 5)), LABELS, "logits", null);
    assertThat(named).asString().contains(", output logits, softmax appended");
    assertThat(answers(named, LABELS)).containsExactly(EXPECTED, within(1e-5f));
  }

  @Test
  void severalOutputs_noneObvious_areNamedInTheRefusal() {
    ModelProto model = withOutputs("Identity", output("logits", -1, 5));

    assertRefused(
        model,
        LABELS,
        null,
        null,
        "the model has 2 outputs (y, logits), and more than one may hold a score for each of the 5"
            + " labels: name the output that does");
    assertRefused(
        model, LABELS, "scores", null, "the model has no output 'scores': name one of y, logits");
  }

  @Test
  void severalOutputs_theFirstWithoutScores_theChannelsAreFoundAllTheSame() {
    ModelProto.Builder model =
        ending(
            end -> {
              end.node("ArgMax", Attribute.integer("axis", 1));
              return end.logits();
            })
            .toBuilder();
    model
        .getGraphBuilder()
        .setOutput(0, Tensor.shapeless("ArgMax_end", DataType.INT64))
        .addOutput(output("y", -1, 5));

    assertThat(
            ExportedModel.of(model.build().toByteArray())
                .runningChannels(SmallModel.SIZE, SmallModel.SIZE))
        .isEqualTo(Preprocessing.Channels.RGB);
    assertThat(prepare(model.build(), LABELS, null, null))
        .asString()
        .contains(", output y, softmax appended");
    assertRefused(
        model.build().toBuilder().setGraph(model.getGraph().toBuilder().clearOutput()).build(),
        LABELS,
        null,
        null,
        "the model has no output: export one that returns one row of scores per image");
  }

  @Test
  void manifest_thatContradictsTheFile_isRefused(@TempDir Path folder) {
    ModelRepository repository = new ModelRepository(folder);
    byte[] exclusive = prepare(nchw().model(), LABELS, null, null).bytes();
    Provenance provenance =
        new Provenance(new ModelManifest.Source("import", null, null), null, Map.of(), null);

    ModelVersion wrong =
        repository.publish(
            "m",
            new ModelFiles(exclusive),
            PREPROCESSING,
            LABELS,
            provenance,
            ModelManifest.INDEPENDENT);

    assertThatThrownBy(() -> new OnnxModelRuntime().open(wrong, Device.CPU))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("disagree whether the classes are independent: import the model");
    ModelVersion unprepared =
        repository.publish(
            "n",
            ending(end -> end.node("Sigmoid")).toByteArray(),
            PREPROCESSING,
            LABELS,
            provenance);
    ModelVersion triton =
        new ModelVersion(unprepared.folder(), unprepared.manifest(), OptionalInt.empty(), false);
    assertThatThrownBy(() -> new OnnxModelRuntime().open(triton, Device.CPU))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(
            "the model's scores are independent: add 'parameters { key: \"scores\"");
  }

  private static PreparedModel prepare(
      ModelProto model, Labels labels, String output, ScoreKind kind) {
    return ModelPreparation.prepare(
        ExportedModel.of(model.toByteArray()),
        PREPROCESSING,
        labels,
        null,
        new ScoreSettings(output, kind));
  }

  private static float[] answers(PreparedModel prepared, Labels labels) {
    return Runs.once(prepared.bytes(), PREPROCESSING, labels, PIXELS);
  }

  private static void assertRefused(
      ModelProto model, Labels labels, String output, ScoreKind kind, String message) {
    assertThatThrownBy(() -> prepare(model, labels, output, kind))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(message)
        .message()
        .hasLineCount(1);
  }

  private static ModelProto ending(Function<Ending, String> ending) {
    return nchw().ending(ending).model();
  }

  private static ModelProto unsqueezed(long... axes) {
    return nchw()
        .opset(12)
        .ending(end -> end.node("Unsqueeze", Attribute.integers("axes", axes)))
        .model();
  }

  private static ValueInfoProto output(String name, long... shape) {
    return Tensor.value(name, DataType.FLOAT, shape);
  }

  /**
   * Returns a model that ends in this operator. Its second output is a value that the graph
   * computes earlier.
   */
  private static ModelProto withOutputs(String operator, ValueInfoProto other) {
    ModelProto.Builder model = ending(end -> end.node(operator)).toBuilder();
    model.getGraphBuilder().setOutput(0, output("y", -1, 5)).addOutput(other);
    return model.build();
  }

  private static String expOfLogSoftmax(Ending end) {
    return end.graph().node("Exp", "exp", List.of(end.node("LogSoftmax")));
  }

  private static String meanOfSoftmaxes(Ending end) {
    String softmax = end.node("Softmax");
    String other = end.graph().node("Softmax", "other", List.of(end.logits()));
    return end.graph().node("Mean", "mean", List.of(softmax, other));
  }

  private static String halfASum(Ending end) {
    String softmax = end.node("Softmax");
    String other = end.graph().node("Softmax", "other", List.of(end.logits()));
    String sum = end.graph().node("Add", "sum", List.of(softmax, other));
    return scaled(end, sum, 0.5f);
  }

  private static String clipped(Ending end) {
    String least = end.graph().weight("least", scalar(1e-7f));
    String most = end.graph().weight("most", scalar(1 - 1e-7f));
    return end.graph().node("Clip", "clip", List.of(end.node("Softmax"), least, most));
  }

  private static TensorProto scalar(float value) {
    return Tensor.floats(new float[] {value}, 1).toBuilder().clearDims().build();
  }

  private static String transposedTwice(Ending end) {
    String turned = end.graph().node("Transpose", "turned", List.of(end.node("Softmax")));
    return end.graph().node("Transpose", "back", List.of(turned));
  }

  private static String percent(Ending end) {
    return times(end, 100);
  }

  private static String times(Ending end, float factor) {
    return scaled(end, end.node("Softmax"), factor);
  }

  private static String scaled(Ending end, String value, float factor) {
    String constant = end.graph().constant("factor", Tensor.floats(new float[] {factor}, 1));
    return end.graph().node("Mul", "product", List.of(value, constant));
  }

  /**
   * Subtracts the mean of the logits from each logit, with the matrix product of a linear layer.
   */
  private static String centred(Ending end) {
    return centred(end, 1);
  }

  private static String centred(Ending end, float factor) {
    float[] weight = new float[25];
    for (int i = 0; i < weight.length; i++) {
      weight[i] = factor * ((i % 6 == 0 ? 1 : 0) - 1 / 5f);
    }
    String centre = end.graph().weight("centre", Tensor.floats(weight, 5, 5));
    return end.graph().node("MatMul", "centred", List.of(end.logits(), centre));
  }

  private static String probabilitiesLessTheirMean(Ending end) {
    String mean = end.graph().constant("mean", Tensor.floats(new float[] {0.2f}, 1));
    return end.graph().node("Sub", "less", List.of(end.node("Softmax"), mean));
  }

  private static String twiceLessOne(Ending end) {
    String one = end.graph().constant("one", Tensor.floats(new float[] {1}, 1));
    return end.graph().node("Sub", "less", List.of(times(end, 2), one));
  }

  private static String quantized(Ending end) {
    String scale = end.graph().weight("scale", scalar(1 / 64f));
    return end.graph().node("QuantizeLinear", "levels", List.of(end.node("Softmax"), scale));
  }

  private static String quantizedAndBack(Ending end) {
    return end.graph().node("DequantizeLinear", "back", List.of(quantized(end), "scale"));
  }

  /**
   * Returns two logits: the log odds of class a against class b, and of class c against class d.
   */
  private static String odds(Ending end) {
    float[] weights = {1, 0, -1, 0, 0, 1, 0, -1, 0, 0};
    String matrix = end.graph().weight("odds.weight", Tensor.floats(weights, 5, 2));
    return end.graph().node("MatMul", "odds", List.of(end.logits(), matrix));
  }

  /** Returns one logit: the log odds of class a against class b. */
  private static String odd(Ending end) {
    String column =
        end.graph().weight("odd.weight", Tensor.floats(new float[] {1, -1, 0, 0, 0}, 5, 1));
    return end.graph().node("MatMul", "odd", List.of(end.logits(), column));
  }

  private static String oddWithoutAnAxis(Ending end) {
    String axes = end.graph().weight("axes", Tensor.integers(1));
    return end.graph().node("Squeeze", "squeezed", List.of(odd(end), axes));
  }

  private static String sigmoid(Ending end, String logits) {
    return end.graph().node("Sigmoid", "sigmoid", List.of(logits));
  }

  private static String sigmoidInParts(Ending end) {
    String one = end.graph().constant("one", Tensor.floats(new float[] {1}, 1));
    String exp =
        end.graph().node("Exp", "exp", List.of(end.graph().node("Neg", "neg", List.of(odds(end)))));
    String sum = end.graph().node("Add", "sum", List.of(exp, one));
    return end.graph().node("Div", "quotient", List.of(one, sum));
  }

  private static String bothProbabilities(Ending end) {
    String one = end.graph().constant("one", Tensor.floats(new float[] {1}, 1));
    String yes = sigmoid(end, odd(end));
    String no = end.graph().node("Sub", "no", List.of(one, yes));
    return end.graph().node("Concat", "both", List.of(no, yes), Attribute.integer("axis", 1));
  }

  private static String alwaysAHalfTwice(Ending end) {
    String nothing = end.graph().weight("nothing", Tensor.floats(new float[25], 5, 5));
    String bias = end.graph().weight("bias", Tensor.floats(new float[] {0.5f, 0.5f, 0, 0, 0}, 5));
    return end.graph().node("Gemm", "constant", List.of(end.logits(), nothing, bias));
  }

  /**
   * Returns a model whose softmax is inside a function that the file itself defines, {@code
   * Chances}.
   */
  private static ModelProto localSoftmax() {
    NodeProto softmax =
        NodeProto.newBuilder().setOpType("Softmax").addInput("in").addOutput("out").build();
    UnknownFieldSet function =
        UnknownFieldSet.newBuilder()
            .addField(1, text("Chances"))
            .addField(4, text("in"))
            .addField(5, text("out"))
            .addField(7, bytes(softmax.toByteString()))
            .addField(9, bytes(opset("", 13).toByteString()))
            .addField(10, text("local"))
            .build();
    ModelProto.Builder model =
        ending(end -> end.node("Chances")).toBuilder()
            .setIrVersion(8)
            .addOpsetImport(opset("local", 1));
    model
        .getGraphBuilder()
        .getNodeBuilderList()
        .forEach(
            node -> {
              if (node.getOpType().equals("Chances")) {
                node.setDomain("local");
              }
            });
    return model
        .setUnknownFields(
            UnknownFieldSet.newBuilder().addField(25, bytes(function.toByteString())).build())
        .build();
  }

  private static OperatorSetIdProto opset(String domain, long version) {
    return OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version).build();
  }

  private static UnknownFieldSet.Field text(String text) {
    return bytes(ByteString.copyFromUtf8(text));
  }

  private static UnknownFieldSet.Field bytes(ByteString bytes) {
    return UnknownFieldSet.Field.newBuilder().addLengthDelimited(bytes).build();
  }

  /** Returns the sigmoids of {@link #odds}, in the order of the images. */
  private static float[] independent() {
    float[] expected = new float[6];
    for (int image = 0; image < 3; image++) {
      for (int pair = 0; pair < 2; pair++) {
        float one = EXPECTED[5 * image + 2 * pair];
        expected[2 * image + pair] = one / (one + EXPECTED[5 * image + 2 * pair + 1]);
      }
    }
    return expected;
  }

  /** Returns 1 - p and p for each image, where p is the sigmoid of {@link #odd}. */
  private static float[] pairs() {
    float[] expected = new float[6];
    for (int image = 0; image < 3; image++) {
      float one = EXPECTED[5 * image];
      expected[2 * image + 1] = one / (one + EXPECTED[5 * image + 1]);
      expected[2 * image] = 1 - expected[2 * image + 1];
    }
    return expected;
  }
}
