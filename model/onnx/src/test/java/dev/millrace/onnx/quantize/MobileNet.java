package dev.millrace.onnx.quantize;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.onnx.Attribute;
import dev.millrace.onnx.ModelPreparation;
import dev.millrace.onnx.Tensor;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.OperatorSetIdProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Builds networks of inverted residual blocks, with random weights and folded batch norms:
 * MobileNetV2 (Sandler et al., 2018) as torchvision has it, and the blocks of EfficientNet-B0 (Tan
 * and Le, 2019), which have SiLU and squeeze-and-excitation.
 */
final class MobileNet {

  static final Labels LABELS =
      new Labels(IntStream.range(0, 100).mapToObj(i -> "class " + i).toList());

  /**
   * Number of output channels of the last block. No other layer has this number of output channels.
   */
  private static final int LAST = 320;

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("mobilenet");
  private final Random random = new Random(11);
  private final boolean efficient;
  private final int opset;
  private final float outlier;
  private int names;

  private MobileNet(boolean efficient, int opset, float outlier) {
    this.efficient = efficient;
    this.opset = opset;
    this.outlier = outlier;
  }

  static Preprocessing preprocessing(int size) {
    return new Preprocessing(size, size, List.of(0.5f, 0.5f, 0.5f), List.of(0.25f, 0.25f, 0.25f));
  }

  /** Returns MobileNetV2, prepared for images of 64 pixels. */
  static byte[] mobileNetV2(int opset) {
    return mobileNetV2(opset, 0);
  }

  /**
   * Returns MobileNetV2, prepared for images of 64 pixels.
   *
   * @param outlier the bias of every second output channel of the last block, or 0 for small random
   *     biases. The last convolution ignores these channels. If the bias is large, 8 bits are too
   *     few for the other channels
   */
  static byte[] mobileNetV2(int opset, float outlier) {
    int[][] blocks = {
      // each row: expansion, channels, repetitions, stride, kernel
      {1, 16, 1, 1, 3},
      {6, 24, 2, 2, 3},
      {6, 32, 3, 2, 3},
      {6, 64, 4, 2, 3},
      {6, 96, 3, 1, 3},
      {6, 160, 3, 2, 3},
      {6, LAST, 1, 1, 3}
    };
    return new MobileNet(false, opset, outlier).prepared(blocks, 64);
  }

  /** Returns EfficientNet-B0, prepared for images of 64 pixels. */
  static byte[] efficientNetB0() {
    int[][] blocks = {
      {1, 16, 1, 1, 3},
      {6, 24, 2, 2, 3},
      {6, 40, 2, 2, 5},
      {6, 80, 3, 2, 3},
      {6, 112, 3, 1, 5},
      {6, 192, 4, 2, 5},
      {6, LAST, 1, 1, 3}
    };
    return new MobileNet(true, 13, 0).prepared(blocks, 64);
  }

  private byte[] prepared(int[][] blocks, int size) {
    graph.addInput(Tensor.value("x", DataType.FLOAT, Tensor.BATCH, 3, size, size));
    constant("zero", 0);
    constant("six", 6);
    String x = activated(conv("x", 3, 32, 3, 2, 1));
    int channels = 32;
    for (int[] block : blocks) {
      for (int i = 0; i < block[2]; i++) {
        x = block(x, channels, channels * block[0], block[1], i == 0 ? block[3] : 1, block[4]);
        channels = block[1];
      }
    }
    x = activated(conv(x, channels, 1280, 1, 1, 1));
    x = node("GlobalAveragePool", x);
    x = node("Flatten", x);
    initializer("fc", random(LABELS.size() * 1280, 0.02), LABELS.size(), 1280);
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType("Gemm")
            .addInput(x)
            .addInput("fc")
            .addOutput("y")
            .addAttribute(Attribute.integer("transB", 1)));
    graph.addOutput(Tensor.value("y", DataType.FLOAT, Tensor.BATCH, LABELS.size()));
    byte[] exported =
        ModelProto.newBuilder()
            .setIrVersion(6)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
            .setGraph(graph)
            .build()
            .toByteArray();
    return ModelPreparation.prepare(exported, preprocessing(size), LABELS).bytes();
  }

  private String block(String x, int from, int wide, int to, int stride, int kernel) {
    String inner = wide == from ? x : activated(conv(x, from, wide, 1, 1, 1));
    inner = activated(conv(inner, wide, wide, kernel, stride, wide));
    if (efficient) {
      String squeezed = node("GlobalAveragePool", inner);
      String excited = activated(conv(squeezed, wide, Math.max(1, from / 4), 1, 1, 1));
      String gate = node("Sigmoid", conv(excited, Math.max(1, from / 4), wide, 1, 1, 1));
      inner = node("Mul", inner, gate);
    }
    String projected = conv(inner, wide, to, 1, 1, 1);
    return stride == 1 && from == to ? node("Add", x, projected) : projected;
  }

  private String activated(String x) {
    return efficient ? node("Mul", x, node("Sigmoid", x)) : node("Clip", x, "zero", "six");
  }

  private String conv(String x, int from, int to, int kernel, int stride, int group) {
    String name = "conv" + names++;
    float[] weights =
        random(
            to * from / group * kernel * kernel, Math.sqrt(2.0 * group / from / kernel / kernel));
    float[] bias = random(to, 0.1);
    for (int i = 0; outlier != 0 && to == LAST && i < bias.length; i += 2) {
      bias[i] = outlier;
    }
    for (int i = 0; outlier != 0 && from == LAST && i < weights.length; i += 2) {
      weights[i] = 0;
    }
    initializer(name + ".weight", weights, to, from / group, kernel, kernel);
    initializer(name + ".bias", bias, to);
    int pad = kernel / 2;
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType("Conv")
            .setName(name)
            .addAllInput(List.of(x, name + ".weight", name + ".bias"))
            .addOutput(name)
            .addAttribute(Attribute.integers("kernel_shape", kernel, kernel))
            .addAttribute(Attribute.integers("strides", stride, stride))
            .addAttribute(Attribute.integers("pads", pad, pad, pad, pad))
            .addAttribute(Attribute.integer("group", group)));
    return name;
  }

  private String node(String operator, String... inputs) {
    String name = operator + names++;
    graph.addNode(
        NodeProto.newBuilder().setOpType(operator).addAllInput(List.of(inputs)).addOutput(name));
    return name;
  }

  private void constant(String name, float value) {
    initializer(name, new float[] {value});
  }

  private void initializer(String name, float[] values, long... shape) {
    graph.addInitializer(Tensor.floats(values, shape).toBuilder().setName(name));
  }

  private float[] random(int size, double deviation) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (random.nextGaussian() * deviation);
    }
    return values;
  }
}
