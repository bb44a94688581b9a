package dev.millrace.onnx;

import static dev.millrace.onnx.SmallModel.LABELS;
import static dev.millrace.onnx.SmallModel.PREPROCESSING;
import static dev.millrace.onnx.SmallModel.nchw;
import static dev.millrace.onnx.SmallModel.nhwc;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Channels;
import dev.millrace.core.model.ModelException;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests inputs of every layout, element type and number of channels. */
class ImageInputTest {

  private static final ByteBuffer PIXELS = SampleImages.noise(3, SmallModel.SIZE, SmallModel.SIZE);

  static Stream<Arguments> undeclared() {
    return Stream.of(
        arguments("NCHW", named(nchw().model(), "n", "c", "h", "w"), "x NCHW float32"),
        arguments("NHWC", named(nhwc().model(), "n", "h", "w", "c"), "x NHWC float32"),
        arguments("NCHW", named(nchw().model(), "", "", "", ""), "x NCHW float32"),
        arguments("no shape", withoutShape(nchw().model()), "x NCHW float32"),
        arguments("no shape", withoutShape(nhwc().model()), "x NHWC float32"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("undeclared")
  void prepare_undeclaredShape_takesTheLayoutThatRuns(
      String name, ModelProto exported, String input) {
    PreparedModel prepared =
        ModelPreparation.prepare(exported.toByteArray(), PREPROCESSING, LABELS);

    assertThat(prepared.input()).as(name).isEqualTo(input);
    assertThat(prepared.oneImageReason()).isEmpty();
    assertThat(Runs.once(prepared.bytes(), PREPROCESSING, LABELS, PIXELS))
        .containsExactly(SmallModel.probabilities(PIXELS, 3), within(1e-5f));
  }

  @Test
  void prepare_bothLayoutsRun_asksForTheLayout() {
    ModelProto either = named(flat(SmallModel.SIZE, 3), "n", "a", "b", "c");

    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> ModelPreparation.prepare(either.toByteArray(), PREPROCESSING, LABELS))
        .withMessage(
            "input 'x' does not declare its layout, and the model runs both with NCHW and with NHWC"
                + " images of 3 channels, 4 pixels high and 4 wide: say which layout it is, nchw or"
                + " nhwc");
    float[] nchw = answer(either, ImageLayout.NCHW);
    float[] nhwc = answer(either, ImageLayout.NHWC);
    assertThat(nchw).containsExactly(flatAnswer(PREPROCESSING, true), within(1e-5f));
    assertThat(nhwc).containsExactly(flatAnswer(PREPROCESSING, false), within(1e-5f));
  }

  private static float[] answer(ModelProto model, ImageLayout layout) {
    PreparedModel prepared =
        ModelPreparation.prepare(
            ExportedModel.of(model.toByteArray()), PREPROCESSING, LABELS, layout);
    assertThat(prepared.input()).contains(layout.name());
    return Runs.once(prepared.bytes(), PREPROCESSING, LABELS, PIXELS);
  }

  @Test
  void prepare_noLayoutRuns_isRefused() {
    ModelProto exported = named(flat(5, 3), "n", "a", "b", "c");

    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> ModelPreparation.prepare(exported.toByteArray(), PREPROCESSING, LABELS))
        .withMessageContaining(
            "runs neither with NCHW nor with NHWC images of 3 channels, 4 pixels")
        .withMessageEndingWith(": give the size that it was exported with");
  }

  @Test
  void prepare_layoutThatContradictsTheFile_isRefused() {
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(
            () ->
                ModelPreparation.prepare(
                    ExportedModel.of(nchw().bytes()), PREPROCESSING, LABELS, ImageLayout.NHWC))
        .withMessageStartingWith("input 'x' has the shape [?, 3, 4, 4], in which NHWC has an axis");
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void prepare_elementType_answersAsTheOriginal(ElementType elements) {
    ModelProto exported = of(flat(SmallModel.SIZE, 3), elements);
    Preprocessing preprocessing = elements.isRaw() ? raw(Channels.RGB, 4, 4) : PREPROCESSING;

    PreparedModel prepared =
        ModelPreparation.prepare(exported.toByteArray(), preprocessing, LABELS);

    assertThat(prepared.input()).isEqualTo("x NCHW " + elements);
    assertThat(Runs.once(prepared.bytes(), preprocessing, LABELS, PIXELS))
        .containsExactly(
            flatAnswer(preprocessing, true),
            within(elements == ElementType.BFLOAT16 ? 2e-2f : 2e-3f));
  }

  @Test
  void prepare_normalisedUint8_isRefused() {
    ModelProto exported = of(flat(SmallModel.SIZE, 3), ElementType.UINT8);

    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> ModelPreparation.prepare(exported.toByteArray(), PREPROCESSING, LABELS))
        .withMessageStartingWith("input 'x' takes uint8, which cannot hold normalised pixels: ");
  }

  @ParameterizedTest
  @EnumSource(Channels.class)
  void prepare_channels_answersAsTheOriginal(Channels channels) {
    List<Float> mean = List.of(0.5f, 0.4f, 0.3f, 0.2f).subList(0, channels.count());
    List<Float> std = List.of(0.2f, 0.25f, 0.3f, 0.4f).subList(0, channels.count());
    for (Preprocessing preprocessing :
        List.of(raw(channels, 4, 4), of(channels, 4, 4, Preprocessing.UNIT_SCALE, mean, std))) {
      boolean bytes = preprocessing.scale() == 1;
      ModelProto exported =
          of(
              flat(SmallModel.SIZE, channels.count()),
              bytes ? ElementType.UINT8 : ElementType.FLOAT32);

      PreparedModel prepared =
          ModelPreparation.prepare(
              ExportedModel.of(exported.toByteArray()), preprocessing, LABELS, ImageLayout.NCHW);

      assertThat(Runs.once(prepared.bytes(), preprocessing, LABELS, PIXELS))
          .containsExactly(flatAnswer(preprocessing, true), within(1e-4f));
    }
  }

  @Test
  void prepare_inputThatIsNotSquare_answersAsTheOriginal() {
    Preprocessing preprocessing =
        of(Channels.RGB, 2, 8, Preprocessing.UNIT_SCALE, PREPROCESSING.mean(), PREPROCESSING.std());
    ModelProto exported = nchw().shaped(-1, 3, 2, 8).model();

    PreparedModel prepared =
        ModelPreparation.prepare(exported.toByteArray(), preprocessing, LABELS);

    assertThat(Runs.once(prepared.bytes(), preprocessing, LABELS, PIXELS))
        .containsExactly(SmallModel.probabilities(PIXELS, 3), within(1e-5f));
    Preprocessing turned =
        of(Channels.RGB, 8, 2, Preprocessing.UNIT_SCALE, PREPROCESSING.mean(), PREPROCESSING.std());
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> ModelPreparation.prepare(exported.toByteArray(), turned, LABELS))
        .withMessage(
            "input 'x' takes images 2 pixels high and 8 wide, not 8 pixels high and 2 wide: give the"
                + " size that the model was exported with; a size is HEIGHTxWIDTH, here 2x8");
  }

  @Test
  void input_isWhatTheFileDeclares() {
    assertThat(declared(nchw().shaped(-1, 1, 48, 192)))
        .isEqualTo(declaration(48, 192, Channels.GREY));
    assertThat(declared(nhwc().shaped(1, 32, 64, 4))).isEqualTo(declaration(32, 64, Channels.RGBA));
    assertThat(declared(nchw().shaped(3, 8, 9))).isEqualTo(declaration(8, 9, Channels.RGB));
    assertThat(declared(nchw().shaped(-1, 28, 28))).isEqualTo(declaration(28, 28, Channels.GREY));
    assertThat(declared(nchw().shaped(-1, -1, 8, 9)))
        .isEqualTo(
            new DeclaredInput(OptionalInt.of(8), OptionalInt.of(9), Optional.empty(), false));
    assertThat(declared(nchw().shaped(-1, 3, -1, -1)))
        .isEqualTo(
            new DeclaredInput(
                OptionalInt.empty(), OptionalInt.empty(), Optional.of(Channels.RGB), false));
  }

  @ParameterizedTest
  @EnumSource(
      value = Channels.class,
      names = {"RGB", "GREY", "RGBA"})
  void runningChannels_areThoseWithWhichTheModelRuns(Channels channels) {
    ModelProto exported = named(flat(SmallModel.SIZE, channels.count()), "n", "c", "h", "w");

    assertThat(ExportedModel.of(exported.toByteArray()).runningChannels(4, 4)).isEqualTo(channels);
  }

  private static DeclaredInput declared(SmallModel model) {
    return ExportedModel.of(model.bytes()).input();
  }

  private static DeclaredInput declaration(int height, int width, Channels channels) {
    return new DeclaredInput(
        OptionalInt.of(height), OptionalInt.of(width), Optional.of(channels), false);
  }

  private static ModelProto named(ModelProto model, String... names) {
    ModelProto.Builder named = model.toBuilder();
    var shape =
        named
            .getGraphBuilder()
            .getInputBuilder(0)
            .getTypeBuilder()
            .getTensorTypeBuilder()
            .getShapeBuilder()
            .clearDim();
    for (String name : names) {
      shape.addDimBuilder().setDimParam(name);
    }
    return named.build();
  }

  private static ModelProto withoutShape(ModelProto model) {
    ModelProto.Builder open = model.toBuilder();
    open.getGraphBuilder().setInput(0, Tensor.shapeless("x", DataType.FLOAT));
    return open.build();
  }

  /** Returns a model whose logits are weighted sums of all values of an NCHW image, in order. */
  private static ModelProto flat(int size, int channels) {
    OnnxGraph graph = new OnnxGraph("flat");
    String x = graph.input(Tensor.value("x", DataType.FLOAT, -1, channels, size, size));
    x = graph.node("Cast", "cast", List.of(x), SmallModel.to(DataType.FLOAT));
    x = graph.node("Flatten", "values", List.of(x), Attribute.integer("axis", 1));
    int values = channels * size * size;
    String weight = graph.weight("w", Tensor.floats(weights(values), 5, values));
    graph.node("Gemm", "y", List.of(x, weight), Attribute.integer("transB", 1));
    graph.output(Tensor.shapeless("y", DataType.FLOAT));
    return graph.model();
  }

  private static ModelProto of(ModelProto model, ElementType elements) {
    ModelProto.Builder typed = model.toBuilder();
    typed
        .getGraphBuilder()
        .getInputBuilder(0)
        .getTypeBuilder()
        .getTensorTypeBuilder()
        .setElemType(elements.onnx().getNumber());
    return typed.build();
  }

  private static float[] weights(int values) {
    float[] weights = new float[5 * values];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) Math.sin(i) / 64;
    }
    return weights;
  }

  private static Preprocessing raw(Channels channels, int height, int width) {
    return of(
        channels,
        height,
        width,
        1,
        Collections.nCopies(channels.count(), 0f),
        Collections.nCopies(channels.count(), 1f));
  }

  private static Preprocessing of(
      Channels channels, int height, int width, double scale, List<Float> mean, List<Float> std) {
    return new Preprocessing(
        width,
        height,
        Math.max(width, height),
        Preprocessing.Fit.CROP,
        Preprocessing.Interpolation.BILINEAR,
        Preprocessing.Exif.APPLY,
        channels,
        scale,
        mean,
        std);
  }

  /** Computes the answers of {@link #flat} to {@link #PIXELS}, as Pillow and NumPy would. */
  private static float[] flatAnswer(Preprocessing preprocessing, boolean channelsFirst) {
    int channels = preprocessing.channels().count();
    int pixels = SmallModel.SIZE * SmallModel.SIZE;
    float[] weights = weights(channels * pixels);
    float[] answer = new float[3 * SmallModel.CLASSES];
    for (int image = 0; image < 3; image++) {
      double[] logits = new double[SmallModel.CLASSES];
      for (int pixel = 0; pixel < pixels; pixel++) {
        int[] levels = levels(preprocessing.channels(), 3 * (image * pixels + pixel));
        for (int channel = 0; channel < channels; channel++) {
          int at = channelsFirst ? channel * pixels + pixel : pixel * channels + channel;
          double value =
              (levels[channel] * preprocessing.scale() - preprocessing.mean().get(channel))
                  / preprocessing.std().get(channel);
          for (int c = 0; c < SmallModel.CLASSES; c++) {
            logits[c] += value * weights[c * channels * pixels + at];
          }
        }
      }
      System.arraycopy(Softmax.of(logits), 0, answer, image * SmallModel.CLASSES, logits.length);
    }
    return answer;
  }

  private static int[] levels(Channels channels, int first) {
    int[] rgb =
        IntStream.range(first, first + 3).map(i -> Byte.toUnsignedInt(PIXELS.get(i))).toArray();
    return switch (channels) {
      case RGB -> rgb;
      case BGR -> new int[] {rgb[2], rgb[1], rgb[0]};
      case RGBA -> new int[] {rgb[0], rgb[1], rgb[2], 255};
      case GREY -> new int[] {(rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 0x8000) / 0x10000};
    };
  }
}
