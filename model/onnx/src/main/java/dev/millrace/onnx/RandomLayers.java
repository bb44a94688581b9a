package dev.millrace.onnx;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The layers that residual networks are made of, with weights as training starts from them: those
 * of He et al., "Delving Deep into Rectifiers" (2015), equation 10, for convolutions, and small
 * ones for the classifier, so that no class is preferred.
 *
 * <p>A layer's weights bear its name and PyTorch's suffixes ({@code .weight}, {@code .bias}, {@code
 * .running_mean}, {@code .running_var}). Each method returns the name of what the layer gives.
 */
final class RandomLayers {

  private static final float BATCH_NORM_EPSILON = 1e-5f;
  private static final double CLASSIFIER_DEVIATION = 0.01;

  private final OnnxGraph graph;
  private final Random random;

  RandomLayers(OnnxGraph graph, Random random) {
    this.graph = graph;
    this.random = random;
  }

  /** A square convolution without bias, padded so that stride 1 keeps the image's sides. */
  String convolution(String name, String input, int from, int to, int kernel, int stride) {
    double deviation = Math.sqrt(2.0 / (from * kernel * kernel));
    float[] values = normal(to * from * kernel * kernel, deviation);
    String weight = graph.weight(name + ".weight", Tensor.floats(values, to, from, kernel, kernel));
    int padding = kernel / 2;
    return graph.node(
        "Conv",
        name,
        List.of(input, weight),
        Attribute.integers("kernel_shape", kernel, kernel),
        Attribute.integers("strides", stride, stride),
        Attribute.integers("pads", padding, padding, padding, padding));
  }

  /** Batch normalisation whose statistics are those of unit noise. */
  String batchNorm(String name, String input, int channels) {
    return graph.node(
        "BatchNormalization",
        name,
        List.of(
            input,
            constant(name + ".weight", channels, 1),
            constant(name + ".bias", channels, 0),
            constant(name + ".running_mean", channels, 0),
            constant(name + ".running_var", channels, 1)),
        Attribute.real("epsilon", BATCH_NORM_EPSILON));
  }

  String relu(String name, String input) {
    return graph.node("Relu", name, List.of(input));
  }

  /** A fully connected layer with bias, {@code [batch, from]} to {@code [batch, to]}. */
  String linear(String name, String output, String input, int from, int to) {
    float[] values = normal(to * from, CLASSIFIER_DEVIATION);
    String weight = graph.weight(name + ".weight", Tensor.floats(values, to, from));
    String bias = constant(name + ".bias", to, 0);
    return graph.node("Gemm", output, List.of(input, weight, bias), Attribute.integer("transB", 1));
  }

  private String constant(String name, int length, float value) {
    float[] values = new float[length];
    Arrays.fill(values, value);
    return graph.weight(name, Tensor.floats(values, length));
  }

  private float[] normal(int length, double deviation) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) (random.nextGaussian() * deviation);
    }
    return values;
  }
}
