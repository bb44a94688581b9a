package dev.millrace.onnx.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.threads.Workers;
import dev.millrace.onnx.ModelPreparation;
import dev.millrace.onnx.Networks;
import dev.millrace.onnx.OnnxFormat;
import dev.millrace.onnx.OnnxFormat.BatchNorm;
import dev.millrace.onnx.OnnxFormat.FloatType;
import dev.millrace.onnx.OrtLibrary;
import dev.millrace.onnx.ResNetOnnx;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.NodeProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantizerTest {

  private static final Quantizer.Settings USUAL = new Quantizer.Settings(false, 100);

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void network_runsOnIntegers_andAnswersNearlyTheSame(boolean reduceRange)
      throws IOException, OrtException {
    byte[] prepared = SmallNetwork.prepared();

    QuantizedModel model = quantize(prepared, new Quantizer.Settings(reduceRange, 100));

    assertThat(model.layers()).isEqualTo(21);
    assertThat(model.floatLayers()).isEmpty();
    assertThat(model.canSaturate()).isEqualTo(!reduceRange);
    assertThat(damage(prepared, model.bytes()).divergence()).isLessThan(2e-4);
    List<NodeProto> nodes = ModelProto.parseFrom(model.bytes()).getGraph().getNodeList();
    assertThat(nodes.get(nodes.size() - 1).getOpType()).isEqualTo("Identity");
    assertThat(nodes.get(nodes.size() - 2).getOpType()).isEqualTo("Softmax");
    List<String> operators = optimised(model.bytes());
    assertThat(operators).filteredOn("QLinearConv"::equals).hasSize(20);
    assertThat(operators).filteredOn("QLinearAdd"::equals).hasSize(8);
    assertThat(operators).contains("QGemm", "QLinearGlobalAveragePool", "Softmax");
    assertThat(operators).doesNotContain("Conv", "Relu", "Gemm", "FusedConv");
  }

  @Test
  void convolutionOfTheLogits_staysInFloat_andIsNamed() throws IOException, OrtException {
    byte[] prepared =
        ModelPreparation.prepare(
                SmallNetwork.withConvolutionOfLogits(),
                SmallNetwork.PREPROCESSING,
                SmallNetwork.LABELS)
            .bytes();

    QuantizedModel model = quantize(prepared, USUAL);

    assertThat(model.layers()).isEqualTo(20);
    assertThat(model.floatLayers()).containsExactly("Conv logits");
    List<String> operators = optimised(model.bytes());
    assertThat(operators).filteredOn("QLinearConv"::equals).hasSize(20);
    assertThat(operators).containsOnlyOnce("Conv", "Softmax");
    assertThat(damage(prepared, model.bytes()).divergence()).isLessThan(2e-4);
  }

  /** PyTorch's option {@code keep_initializers_as_inputs} writes files in this form. */
  @ParameterizedTest
  @ValueSource(longs = {3, 8})
  void weightsAsInputs_becomeConstants(long irVersion) throws IOException, OrtException {
    byte[] exported =
        ResNetOnnx.write(
            SmallNetwork.NETWORK, Networks.weights(SmallNetwork.NETWORK), OnnxFormat.EXACT);
    byte[] overridable =
        Networks.weightsAsInputs(ModelProto.parseFrom(exported), irVersion).toByteArray();
    byte[] prepared =
        ModelPreparation.prepare(overridable, SmallNetwork.PREPROCESSING, SmallNetwork.LABELS)
            .bytes();

    QuantizedModel model = quantize(prepared, USUAL);

    assertThat(ModelProto.parseFrom(model.bytes()).getGraph().getInputList()).hasSize(1);
    assertThat(model.layers()).isEqualTo(21);
    assertThat(optimised(model.bytes())).filteredOn("QLinearConv"::equals).hasSize(20);
    assertThat(damage(prepared, model.bytes()).divergence()).isLessThan(2e-4);
  }

  /**
   * No result is good enough, so the quantiser tries 2, 3, 4, 6 and 10 of the 21 layers in float32.
   */
  @Test
  void tooMuchDamage_leavesTheFirstAndTheLastLayerInFloat_andTheLeastDamageWins()
      throws IOException, OrtException {
    List<String> progress = new ArrayList<>();
    try (Quantizer quantizer =
        quantizer(SmallNetwork.prepared(), 100, new Quantizer.Settings(false, -100), progress)) {

      QuantizedModel model = quantizer.quantize();

      List<Tried> tried = progress.stream().flatMap(Tried::parse).toList();
      assertThat(tried).extracting(Tried::layers).containsExactly(21, 21, 21, 19, 18, 17, 15, 11);
      Tried best = tried.stream().min(Comparator.naturalOrder()).orElseThrow();
      assertThat(tried)
          .filteredOn(each -> each.compareTo(best) == 0) // the lines round the divergence
          .extracting(Tried::layers)
          .contains(model.layers());
      assertThat(model.layers()).isLessThan(21);
      assertThat(model.floatLayers()).hasSize(21 - model.layers());
      assertThat(model.floatLayers().get(0)).startsWith("Conv ");
      assertThat(model.floatLayers().get(1)).startsWith("Gemm ");
      assertThat(quantizer.mostDamaging(model, 3))
          .hasSize(3)
          .doesNotContainAnyElementsOf(model.floatLayers())
          .allMatch(layer -> layer.matches("(Conv|Gemm) .+"));
      List<String> operators = optimised(model.bytes());
      assertThat(operators).filteredOn("QLinearConv"::equals).hasSize(model.layers());
      assertThat(operators).contains("Gemm").doesNotContain("QGemm");
    }
  }

  /**
   * If their bias were constant, ONNX Runtime itself would quantise float32 layers between integer
   * nodes, with one scale for all channels.
   */
  @Test
  void layersInFloat_stayInFloat_inOnnxRuntimeToo() throws IOException, OrtException {
    Network network = FloatModel.of(SmallNetwork.prepared());
    List<String> layers = Plan.weighted(network).stream().map(Network::key).toList();
    try (Workers workers = new Workers("quantize")) {
      Calibration calibration =
          Calibration.of(
              network,
              new Plan(network, Set.of()).activations(),
              SmallNetwork.images(20),
              SmallNetwork.PREPROCESSING,
              workers);
      for (String layer : layers.subList(0, layers.size() - 1)) {
        QdqGraph graph =
            new QdqGraph(
                network,
                new Plan(network, Set.of(layer)),
                calibration.scales(CalibrationMethod.MIN_MAX),
                ChannelWeights.FULL);

        assertThat(optimised(graph.build().toByteArray()))
            .as(layer)
            .filteredOn(operator -> operator.equals("Conv") || operator.equals("FusedConv"))
            .hasSize(1);
      }
    }
  }

  /** The numbers in a line of progress about a quantised model. */
  private record Tried(int layers, double divergence) implements Comparable<Tried> {

    private static final Pattern LINE =
        Pattern.compile(
            ".*, (\\d+) of 21 layers in int8: \\d+ of 50 tuning images with another answer,"
                + " divergence (.*)");

    static Stream<Tried> parse(String line) {
      Matcher matcher = LINE.matcher(line);
      return matcher.matches()
          ? Stream.of(
              new Tried(Integer.parseInt(matcher.group(1)), Double.parseDouble(matcher.group(2))))
          : Stream.empty();
    }

    @Override
    public int compareTo(Tried other) {
      return Double.compare(divergence, other.divergence);
    }
  }

  @Test
  void tuningImagesWithClasses_areRight_andOthersHaveOnlyAnAnswer() {
    List<Integer> classes = Collections.nCopies(40, 0);
    Map<List<Integer>, String> texts =
        Map.of(
            classes,
            "[+-]\\d+ of 20 tuning images right",
            List.of(),
            "\\d+ of 20 tuning images with another answer");
    texts.forEach(
        (truths, text) -> {
          List<String> progress = new ArrayList<>();
          try (Quantizer quantizer =
              new Quantizer(
                  SmallNetwork.prepared(),
                  SmallNetwork.PREPROCESSING,
                  SmallNetwork.LABELS,
                  new CalibrationImages(SmallNetwork.images(40), truths),
                  USUAL,
                  progress::add)) {
            quantizer.quantize();
          }
          assertThat(progress)
              .filteredOn(line -> line.contains("divergence"))
              .isNotEmpty()
              .allMatch(line -> line.matches(".* layers in int8: " + text + ", divergence .*"));
        });
  }

  /** A few images are lost or won by chance. */
  @Test
  void leastDivergence_decides_andNotAFewImages() {
    assertThat(Damage.bestFirst(2).compare(new Damage(50, -1, 0.02), new Damage(50, 0, 0.01)))
        .isPositive();
    assertThat(Damage.bestFirst(-100).compare(new Damage(50, -1, 0.02), new Damage(50, 0, 0.01)))
        .isPositive();
  }

  /** A ResNet-50 with three layers in float32 lost 2 of 150 tuning images more by chance. */
  @Test
  void muchLessDivergence_countsEvenIfAFewImagesAreLost() {
    Damage all = new Damage(150, 0, 0.0087);

    assertThat(new Damage(150, 2, 0.0037).isMuchLessThan(all)).isTrue();
    assertThat(new Damage(150, 0, 0.0080).isMuchLessThan(all)).isFalse();
  }

  @Test
  void allowedLoss_isBetterThanLessDivergence() {
    assertThat(Damage.bestFirst(2).compare(new Damage(50, 2, 0.01), new Damage(50, 1, 0.02)))
        .isPositive();
  }

  @ParameterizedTest
  @CsvSource({"150, 0, 0.5, true", "150, 1, 0.5, false", "200, 1, 0.5, true", "1000, 7, 0.7, true"})
  void limitOnTuningImages_isNotRoundedUp(int images, int lost, double maxLoss, boolean allowed) {
    assertThat(new Damage(images, lost, 0).isWithin(maxLoss)).isEqualTo(allowed);
  }

  /** Layers stay in float32 only while the loss is above the limit. */
  @Test
  void littleDamage_leavesNoLayerInFloat() {
    List<String> progress = new ArrayList<>();
    try (Quantizer quantizer =
        quantizer(SmallNetwork.prepared(), 100, new Quantizer.Settings(false, 5), progress)) {

      assertThat(quantizer.quantize().floatLayers()).isEmpty();
      assertThat(progress.stream().flatMap(Tried::parse)).hasSize(3);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {11, 13})
  void mobileNetV2_runsOnIntegersAlone_inOldFilesToo(int opset) throws IOException, OrtException {
    byte[] prepared = MobileNet.mobileNetV2(opset);

    byte[] model = mobileInIntegersAlone(prepared);

    assertThat(Plan.weighted(FloatModel.of(prepared))).hasSize(53);
    List<String> operators = optimised(model);
    assertThat(operators).filteredOn("QLinearConv"::equals).hasSize(52);
    assertThat(operators).filteredOn("QLinearAdd"::equals).hasSize(10);
    assertThat(operators).doesNotContain("Conv", "FusedConv", "Clip", "Gemm", "Add");
    assertThat(mobileDamage(prepared, model).divergence()).isLessThan(0.05);
  }

  @Test
  void efficientNetB0_runsOnIntegersAlone() throws IOException, OrtException {
    byte[] prepared = MobileNet.efficientNetB0();

    byte[] model = mobileInIntegersAlone(prepared);

    assertThat(Plan.weighted(FloatModel.of(prepared))).hasSize(82);
    List<String> operators = optimised(model);
    assertThat(operators).contains("QLinearConv", "QLinearMul", "QLinearSigmoid", "QLinearAdd");
    assertThat(operators).doesNotContain("Conv", "FusedConv", "Sigmoid", "Gemm", "Add");
    assertThat(mobileDamage(prepared, model).divergence()).isLessThan(0.05);
  }

  /** The three methods give the layers other ranges, so they do other damage. */
  @Test
  void damageOfLayers_isMeasuredWithTheMethodOfTheModel() {
    List<String> progress = new ArrayList<>();
    try (Quantizer quantizer = quantizer(SmallNetwork.prepared(), 40, USUAL, progress)) {
      List<List<String>> orders =
          Stream.of("min-max", "entropy", "min-max")
              .map(method -> new QuantizedModel(new byte[0], method, 21, List.of(), false))
              .map(model -> quantizer.mostDamaging(model, 21))
              .toList();

      assertThat(orders.get(1)).hasSameElementsAs(orders.get(0)).isNotEqualTo(orders.get(0));
      assertThat(orders.get(2)).isEqualTo(orders.get(0));
      assertThat(progress)
          .filteredOn(line -> line.contains("damage"))
          .containsExactly(
              "min-max, measuring the damage of each of 21 layers",
              "entropy, measuring the damage of each of 21 layers");
    }
  }

  /** The last two convolutions write and read an activation whose range is too large for 8 bits. */
  @Test
  void layersThatDoFarMoreDamage_stayInFloat_inTheMoreAccurateModel() throws IOException {
    byte[] prepared = MobileNet.mobileNetV2(13, 10_000);
    List<String> culprits = lastTwoConvolutions(prepared);

    try (Quantizer quantizer = mobileQuantizer(prepared, 60, USUAL)) {
      QuantizedModel fast = quantizer.quantize();
      QuantizedModel model = quantizer.moreAccurate(fast).orElseThrow();

      assertThat(fast.floatLayers()).isEmpty();
      assertThat(quantizer.moreAccurate(model)).isEmpty();
      assertThat(model.floatLayers()).hasSameElementsAs(culprits);
      assertThat(mobileDamage(prepared, model.bytes()).lost()).isLessThan(2);
      assertThat(quantizer.mostDamaging(model, 3)).hasSize(3).doesNotContainAnyElementsOf(culprits);
      QuantizedModel damaged =
          new QuantizedModel(new byte[0], model.method(), 53, List.of(), false);
      assertThat(quantizer.mostDamaging(damaged, 2)).hasSameElementsAs(culprits);
    }
  }

  /** Half of the layers is the largest number; a smaller network has fewer attempts. */
  @ParameterizedTest
  @CsvSource({"1, ''", "2, 1", "3, 2", "4, 2", "6, '4, 3'"})
  void search_leavesUpToHalfOfTheLayersInFloat(int layers, String tried) {
    SketchedNetwork network = new SketchedNetwork(13);
    String last = "image";
    if (layers > 1) {
      last = network.stem();
      for (int i = 2; i < layers; i++) {
        last = network.block(last);
      }
    }
    byte[] prepared =
        network.prepared(
            network.gemm(
                network.pooled(last),
                layers > 1 ? SketchedNetwork.CHANNELS : 3,
                SketchedNetwork.CLASSES));
    List<String> progress = new ArrayList<>();

    try (Quantizer quantizer =
        new Quantizer(
            prepared,
            SketchedNetwork.PREPROCESSING,
            SketchedNetwork.LABELS,
            new CalibrationImages(SketchedNetwork.images(), List.of()),
            new Quantizer.Settings(false, -100),
            progress::add)) {
      quantizer.quantize();
    }

    Pattern line = Pattern.compile(".*, (\\d+) of " + layers + " layers in int8: .*");
    assertThat(
            progress.stream()
                .map(line::matcher)
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .skip(CalibrationMethod.values().length)
                .collect(Collectors.joining(", ")))
        .isEqualTo(tried);
  }

  @Test
  void quantisedModel_isRefused() {
    byte[] quantised = quantize(SmallNetwork.prepared(), USUAL).bytes();

    assertThatThrownBy(() -> quantize(quantised, USUAL))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("the model is already quantised (")
        .hasMessageContaining("quantise the float32 model that it was made from");
  }

  @Test
  void halfPrecision_isRefused() {
    byte[] half = SmallNetwork.prepared(new OnnxFormat(FloatType.FP16, BatchNorm.FOLDED));

    assertThatThrownBy(() -> quantize(half, USUAL))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("no convolution or matrix product with constant float32 weights");
  }

  @Test
  void images_tooFewOrOfOtherSizes_areRefused() {
    List<byte[]> images = SmallNetwork.images(CalibrationImages.FEWEST);
    List<byte[]> odd = new ArrayList<>(images);
    odd.set(3, new byte[5]);

    assertThatThrownBy(() -> new CalibrationImages(images.subList(0, 19), List.of()))
        .hasMessage("19 images are too few to calibrate: give at least 20");
    assertThatThrownBy(() -> new CalibrationImages(odd, List.of()))
        .hasMessage("an image has 5 bytes of pixels, but the first has 3072");
    assertThatThrownBy(() -> new CalibrationImages(images, List.of(1)))
        .hasMessage("20 images have 1 classes");
  }

  private static QuantizedModel quantize(byte[] prepared, Quantizer.Settings settings) {
    try (Quantizer quantizer = quantizer(prepared, 40, settings, new ArrayList<>())) {
      return quantizer.quantize();
    }
  }

  /** Quantises all layers, also those that {@link Quantizer} would leave in float32. */
  private static byte[] mobileInIntegersAlone(byte[] prepared) {
    Network network = FloatModel.of(prepared);
    Plan plan = new Plan(network, Set.of());
    try (Workers workers = new Workers("quantize")) {
      Calibration calibration =
          Calibration.of(
              network,
              plan.activations(),
              SmallNetwork.images(20, 64),
              MobileNet.preprocessing(64),
              workers);
      return new QdqGraph(
              network, plan, calibration.scales(CalibrationMethod.MIN_MAX), ChannelWeights.FULL)
          .build()
          .toByteArray();
    }
  }

  private static Quantizer mobileQuantizer(
      byte[] prepared, int images, Quantizer.Settings settings) {
    return new Quantizer(
        prepared,
        MobileNet.preprocessing(64),
        MobileNet.LABELS,
        new CalibrationImages(SmallNetwork.images(images, 64), List.of()),
        settings,
        line -> {});
  }

  private static List<String> lastTwoConvolutions(byte[] model) throws IOException {
    List<String> names =
        ModelProto.parseFrom(model).getGraph().getNodeList().stream()
            .filter(node -> node.getOpType().equals("Conv"))
            .map(node -> "Conv " + node.getName())
            .toList();
    return names.subList(names.size() - 2, names.size());
  }

  private static Damage mobileDamage(byte[] before, byte[] after) {
    try (Workers workers = new Workers("quantize")) {
      return new Tuning(
              before,
              new CalibrationImages.Tuning(SmallNetwork.images(30, 64).subList(20, 30), List.of()),
              MobileNet.preprocessing(64),
              MobileNet.LABELS,
              workers)
          .of(after);
    }
  }

  private static Quantizer quantizer(
      byte[] prepared, int images, Quantizer.Settings settings, List<String> progress) {
    return new Quantizer(
        prepared,
        SmallNetwork.PREPROCESSING,
        SmallNetwork.LABELS,
        new CalibrationImages(SmallNetwork.images(images), List.of()),
        settings,
        progress::add);
  }

  private static Damage damage(byte[] before, byte[] after) {
    try (Workers workers = new Workers("quantize")) {
      return new Tuning(
              before,
              new CalibrationImages.Tuning(SmallNetwork.images(60), List.of()),
              SmallNetwork.PREPROCESSING,
              SmallNetwork.LABELS,
              workers)
          .of(after);
    }
  }

  /** Returns the operators that ONNX Runtime runs. */
  private List<String> optimised(byte[] model) throws IOException, OrtException {
    Path file = folder.resolve("optimised.onnx");
    try (SessionOptions options = new SessionOptions()) {
      options.setOptimizationLevel(OptLevel.EXTENDED_OPT);
      options.setOptimizedModelFilePath(file.toString());
      OrtSession session = OrtLibrary.environment().createSession(model, options);
      session.close();
    }
    return ModelProto.parseFrom(Files.readAllBytes(file)).getGraph().getNodeList().stream()
        .map(NodeProto::getOpType)
        .toList();
  }
}
