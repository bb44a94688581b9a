package dev.millrace.onnx.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import dev.millrace.onnx.Attribute;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** ONNX Runtime must not quantise a layer that Millrace leaves in float32. */
class FloatLayersTest {

  private static final int CHANNELS = SketchedNetwork.CHANNELS;
  private static final int SIZE = SketchedNetwork.SIZE;

  private final SketchedNetwork network = new SketchedNetwork(13);

  /** ONNX Runtime moves the dequantisation behind nodes that only move values. */
  @ParameterizedTest
  @ValueSource(strings = {"MaxPool", "Reshape", "Transpose", "Slice", "Squeeze"})
  void keptConvolution_staysInFloat_behindANodeThatMovesIntegers(String operator)
      throws IOException, OrtException {
    String moved = moved(operator, network.stem());
    String kept = network.conv(moved, CHANNELS, CHANNELS, 3);
    byte[] prepared =
        network.prepared(network.head(network.block(network.block(network.node("Relu", kept)))));

    byte[] quantised = SketchedNetwork.quantised(prepared, kept);

    assertThat(SketchedNetwork.floatLayers(quantised)).containsExactly("Conv");
    assertThat(SketchedNetwork.optimised(quantised)).filteredOn("QLinearConv"::equals).hasSize(3);
  }

  /** ONNX Runtime also moves the quantisation before nodes that only move values. */
  @Test
  void keptConvolutions_stayInFloat_inANetworkLikeVgg() throws IOException, OrtException {
    String first = network.conv(network.maxPool(network.stem()), CHANNELS, CHANNELS, 3);
    String second = network.conv(network.node("Relu", first), CHANNELS, CHANNELS, 3);
    String third =
        network.conv(network.maxPool(network.node("Relu", second)), CHANNELS, CHANNELS, 3);
    String last = network.block(network.maxPool(network.node("Relu", third)));
    byte[] prepared = network.prepared(network.head(last));

    for (String kept : List.of(first, second, third)) {
      assertThat(SketchedNetwork.floatLayers(SketchedNetwork.quantised(prepared, kept)))
          .as(kept)
          .containsExactly("Conv");
    }
  }

  @Test
  void transposedConvolution_staysInFloat_andIsNamed() throws IOException, OrtException {
    String transposed =
        network.node(
            "ConvTranspose",
            List.of(Attribute.integers("kernel_shape", 2, 2), Attribute.integers("strides", 2, 2)),
            network.stem(),
            network.weights(CHANNELS, CHANNELS, 2, 2));
    byte[] prepared =
        network.prepared(network.head(network.block(network.node("Relu", transposed))));

    QuantizedModel model = SketchedNetwork.quantisedByItself(prepared);

    assertThat(model.floatLayers()).contains("ConvTranspose " + transposed);
    assertThat(SketchedNetwork.floatLayers(SketchedNetwork.quantised(prepared)))
        .containsExactly("ConvTranspose");
  }

  @Test
  void transposedConvolutionInGroups_staysInFloat() throws IOException, OrtException {
    String transposed =
        network.node(
            "ConvTranspose",
            List.of(Attribute.integer("group", CHANNELS)),
            network.stem(),
            network.weights(CHANNELS, 2, 2, 2));
    String half = network.node("Relu", network.conv(transposed, 2 * CHANNELS, CHANNELS, 1));
    byte[] prepared = network.prepared(network.head(half));

    assertThat(SketchedNetwork.floatLayers(SketchedNetwork.quantised(prepared)))
        .containsExactly("ConvTranspose");
  }

  @Test
  void convolutionOfOneDimension_staysInFloat_andIsNamed() throws IOException, OrtException {
    String line = network.node("Reshape", network.stem(), network.integers(-1, CHANNELS, 256));
    String convolution =
        network.node("Conv", line, network.weights(CHANNELS, CHANNELS, 1), network.bias(CHANNELS));
    String map = network.node("Reshape", convolution, network.integers(-1, CHANNELS, SIZE, SIZE));
    byte[] prepared = network.prepared(network.head(network.block(map)));

    QuantizedModel model = SketchedNetwork.quantisedByItself(prepared);

    assertThat(model.floatLayers()).contains("Conv " + convolution);
    assertThat(SketchedNetwork.floatLayers(SketchedNetwork.quantised(prepared)))
        .containsExactly("Conv");
  }

  @Test
  void scaledMatrixProduct_staysInFloat_andIsNamed() throws IOException, OrtException {
    String scaled =
        network.node(
            "Gemm",
            List.of(Attribute.real("alpha", 0.5f), Attribute.integer("transB", 1)),
            network.pooled(network.stem()),
            network.weights(CHANNELS, CHANNELS),
            network.bias(CHANNELS));
    String again = network.gemm(scaled, CHANNELS, CHANNELS);
    byte[] prepared =
        network.prepared(
            network.gemm(network.node("Relu", again), CHANNELS, SketchedNetwork.CLASSES));

    QuantizedModel model = SketchedNetwork.quantisedByItself(prepared);

    assertThat(model.floatLayers()).contains("Gemm " + scaled);
    assertThat(SketchedNetwork.floatLayers(SketchedNetwork.quantised(prepared)))
        .containsExactly("Gemm");
  }

  /** ONNX Runtime's integer matrix product cannot be followed by a ReLU in float32. */
  @ParameterizedTest
  @CsvSource({
    "Relu, Gemm",
    "Clip, Gemm",
    "Tanh, Gemm",
    "Sigmoid, Gemm",
    "Relu, MatMul",
    "Bounds, Gemm",
    "Bounds, MatMul"
  })
  void matrixProductBeforeAnActivation_runsOnIntegers(String activation, String operator)
      throws IOException, OrtException {
    String input = network.pooled(network.stem());
    String product =
        operator.equals("Gemm")
            ? network.gemm(input, CHANNELS, CHANNELS)
            : network.node("MatMul", input, network.weights(CHANNELS, CHANNELS));
    String active =
        switch (activation) {
          case "Clip" -> clip(product, 0, 6);
          case "Bounds" -> clip(product, -1, 1);
          default -> network.node(activation, product);
        };
    String kept = network.gemm(active, CHANNELS, SketchedNetwork.CLASSES);
    byte[] prepared = network.prepared(kept);

    byte[] quantised = SketchedNetwork.quantised(prepared, kept);

    assertThat(SketchedNetwork.floatLayers(quantised)).containsExactly("Gemm");
    assertThat(SketchedNetwork.optimised(quantised))
        .containsAnyOf("QGemm", "QLinearMatMul", "MatMulIntegerToFloat")
        .containsOnlyOnce("Gemm")
        .doesNotContain("FusedGemm", "MatMul");
  }

  /** Logits in 8-bit integers would be inexact. */
  @ParameterizedTest
  @ValueSource(strings = {"Mul", "Add", "Exp", "Slice", "Gather", "Clip", "HardSigmoid"})
  void convolutionOfTheLogits_staysInFloat(String tail) throws IOException, OrtException {
    String map =
        network.conv(
            network.node("GlobalAveragePool", network.block(network.stem())),
            CHANNELS,
            SketchedNetwork.CLASSES + (tail.equals("Slice") || tail.equals("Gather") ? 1 : 0),
            1);
    byte[] prepared = network.prepared(tail(tail, network.node("Flatten", map)));

    byte[] quantised = SketchedNetwork.quantised(prepared);

    assertThat(SketchedNetwork.floatLayers(quantised)).containsExactly("Conv");
  }

  @Test
  void boundedLogitsOfAMatrixProduct_stayInFloat() throws IOException, OrtException {
    String bounded = clip(network.head(network.block(network.stem())), -50, 50);
    byte[] prepared = network.prepared(network.node("Softmax", bounded));

    byte[] quantised = SketchedNetwork.quantised(prepared);

    assertThat(SketchedNetwork.floatLayers(quantised)).containsExactly("Gemm");
  }

  private String tail(String operator, String logits) {
    return switch (operator) {
      case "Mul" -> network.node("Mul", logits, network.constant(new float[] {3}, 1));
      case "Add" -> network.node("Add", logits, network.bias(SketchedNetwork.CLASSES));
      case "Exp" -> network.node("Exp", network.node("LogSoftmax", logits));
      case "Slice" ->
          network.node(
              "Slice", logits, network.integers(1), network.integers(6), network.integers(1));
      case "Gather" ->
          network.node(
              "Gather",
              List.of(Attribute.integer("axis", 1)),
              logits,
              network.integers(1, 2, 3, 4, 5));
      case "Clip" -> network.node("Softmax", clip(logits, -50, 50));
      default -> network.node(operator, logits);
    };
  }

  private String clip(String input, float min, float max) {
    return network.node(
        "Clip", input, network.constant(new float[] {min}), network.constant(new float[] {max}));
  }

  private String moved(String operator, String input) {
    return switch (operator) {
      case "MaxPool" -> network.maxPool(input);
      case "Reshape" ->
          network.node("Reshape", input, network.integers(-1, CHANNELS, 2 * SIZE, SIZE / 2));
      case "Transpose" ->
          network.node("Transpose", List.of(Attribute.integers("perm", 0, 1, 3, 2)), input);
      case "Slice" ->
          network.node(
              "Slice", input, network.integers(0), network.integers(8), network.integers(2));
      default ->
          network.node(
              "Squeeze",
              network.node("Unsqueeze", network.maxPool(input), network.integers(1)),
              network.integers(1));
    };
  }
}
