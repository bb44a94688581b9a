package dev.millrace.onnx;

import dev.millrace.core.resnet.Convolution;
import dev.millrace.core.resnet.MaxPooling;
import dev.millrace.core.resnet.NetworkBuilder;
import dev.millrace.core.resnet.ZeroPadding;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import dev.millrace.onnx.OnnxFormat.FloatType;
import dev.millrace.onnx.proto.AttributeProto;
import dev.millrace.onnx.proto.TensorProto;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes each layer of a network as one or more ONNX nodes. This builder represents a layer's
 * output by the output's name in the graph.
 */
class OnnxNetwork implements NetworkBuilder<String> {

  static final float BATCH_NORM_EPSILON = 1e-5f;

  static final String LOGITS = "logits";

  private final OnnxGraph graph;
  private final Weights weights;
  private final FloatType floatType;

  OnnxNetwork(OnnxGraph graph, Weights weights, FloatType floatType) {
    this.graph = graph;
    this.weights = weights;
    this.floatType = floatType;
  }

  @Override
  public String convolution(String name, String input, Convolution shape) {
    return convolution(name, List.of(input, weight(name + ".weight")), shape);
  }

  /**
   * Adds a convolution.
   *
   * @param inputs names of the input, the weights and, optionally, the biases
   */
  final String convolution(String name, List<String> inputs, Convolution shape) {
    return graph.node(
        "Conv", name, inputs, window(shape.kernel(), shape.stride(), shape.padding()));
  }

  @Override
  public String batchNorm(String name, String input, int channels) {
    List<String> inputs = new ArrayList<>(List.of(input));
    for (String suffix : List.of(".weight", ".bias", ".running_mean", ".running_var")) {
      inputs.add(weight(name + suffix));
    }
    return graph.node(
        "BatchNormalization", name, inputs, Attribute.real("epsilon", BATCH_NORM_EPSILON));
  }

  @Override
  public String relu(String name, String input) {
    return graph.node("Relu", name, List.of(input));
  }

  @Override
  public String maxPool(String name, String input, MaxPooling shape) {
    return graph.node(
        "MaxPool", name, List.of(input), window(shape.kernel(), shape.stride(), shape.padding()));
  }

  @Override
  public String add(String name, String residual, String shortcut) {
    return graph.node("Add", name, List.of(residual, shortcut));
  }

  /**
   * Adds channels of zeros. If the stride is not 1, a max pooling with a kernel of one pixel first
   * drops the pixels that the stride skips.
   */
  @Override
  public String zeroPad(String name, String input, ZeroPadding shape) {
    String pixels =
        shape.stride() == 1
            ? input
            : graph.node("MaxPool", name + ".pixels", List.of(input), window(1, shape.stride(), 0));
    String pads =
        graph.constant(
            name + ".pads", Tensor.integers(0, shape.before(), 0, 0, 0, shape.after(), 0, 0));
    return graph.node("Pad", name, List.of(pixels, pads));
  }

  @Override
  public String globalAveragePool(String name, String input) {
    String means = graph.node("GlobalAveragePool", name, List.of(input));
    return graph.node("Flatten", "flatten", List.of(means), Attribute.integer("axis", 1));
  }

  @Override
  public String linear(String name, String input, int from, int to) {
    return graph.node(
        "Gemm",
        LOGITS,
        List.of(input, weight(name + ".weight"), weight(name + ".bias")),
        Attribute.integer("transB", 1));
  }

  /** {@return the values of one of the network's weights} */
  final FloatBuffer values(String name) {
    return weights.get(name).values();
  }

  /** Adds a weight with the given values to the graph, and returns the weight's name. */
  final String weight(String name, WeightTensor tensor) {
    TensorProto values =
        switch (floatType) {
          case FP32 -> Tensor.floats(tensor);
          case FP16 -> HalfPrecision.tensor(name, tensor);
        };
    return graph.weight(name, values);
  }

  private String weight(String name) {
    return weight(name, weights.get(name));
  }

  private static AttributeProto[] window(int kernel, int stride, int padding) {
    return new AttributeProto[] {
      Attribute.integers("kernel_shape", kernel, kernel),
      Attribute.integers("strides", stride, stride),
      Attribute.integers("pads", padding, padding, padding, padding)
    };
  }
}
