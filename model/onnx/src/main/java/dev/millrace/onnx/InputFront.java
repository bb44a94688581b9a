package dev.millrace.onnx;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.onnx.proto.AttributeProto;
import dev.millrace.onnx.proto.TensorProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import java.util.List;

/**
 * Adds the nodes that turn 8-bit pixels into a model's input:
 *
 * <pre>
 * pixels uint8[N, height, width, 3]
 *   → the channels: BGR, one grey channel, or an opaque alpha channel
 *   → (x - mean / scale) * (scale / std), unless the model takes raw pixels
 *   → Transpose, if the model is NCHW → Reshape, if it has no batch axis
 *   → Cast to the type of the model's input
 * </pre>
 *
 * <p>The form of these operators has not changed since operator set 7, the oldest supported
 * operator set.
 */
final class InputFront {

  /** The index of the pixels' last axis, which holds the channels. */
  private static final int CHANNEL_AXIS = 3;

  /**
   * Pillow's weights of red, green and blue in a grey level, times 65,536. All products and sums
   * are integers below 2^24, so float32 holds them exactly.
   */
  private static final float[] LUMA = {19595, 38470, 7471};

  private static final float LUMA_SCALE = 1 / 65536f;
  private static final float LUMA_HALF = 32768;
  private static final float OPAQUE = 255;

  private final OnnxGraph graph;
  private final FreshNames names;
  private final ImageInput input;
  private final Preprocessing preprocessing;

  InputFront(OnnxGraph graph, FreshNames names, ImageInput input, Preprocessing preprocessing) {
    this.graph = graph;
    this.names = names;
    this.input = input;
    this.preprocessing = preprocessing;
  }

  /**
   * Adds the nodes. The output of the last node is the model's input.
   *
   * @param pixels name of the graph input that holds the pixels
   */
  void add(String pixels) {
    String arranged = channels(pixels);
    String values = input.elements().isRaw() ? arranged : normalised(arranged);
    if (input.layout() == ImageLayout.NCHW) {
      values = node("Transpose", "nchw", values, Attribute.integers("perm", 0, 3, 1, 2));
    }
    if (!input.batched()) {
      values = with("Reshape", "image", values, constant("image/shape", imageShape()));
    }
    graph.node("Cast", input.name(), List.of(values), to(input.elements().onnx()));
  }

  private String channels(String pixels) {
    return switch (preprocessing.channels()) {
      case RGB -> pixels;
      case BGR ->
          with("Gather", "bgr", pixels, constant("order", Tensor.integers(2, 1, 0)), axis());
      case GREY -> grey(floats(pixels));
      case RGBA -> withAlpha(floats(pixels));
    };
  }

  /** Computes Pillow's {@code L = (19595 R + 38470 G + 7471 B + 32768) >> 16}. */
  private String grey(String rgb) {
    String sum = number("luma/half", LUMA_HALF);
    for (int channel = 0; channel < LUMA.length; channel++) {
      String name = "luma/" + channel;
      String weighted =
          with("Mul", name + "/weighted", channel(rgb, name, channel), number(name, LUMA[channel]));
      sum = with("Add", name + "/sum", weighted, sum);
    }
    String scaled = with("Mul", "luma/scaled", sum, number("luma/scale", LUMA_SCALE));
    return node("Floor", "grey", scaled);
  }

  /**
   * Appends a channel of 255. The new channel is computed from an existing channel, so that both
   * have the same shape.
   */
  private String withAlpha(String rgb) {
    String zero = with("Mul", "alpha/zero", channel(rgb, "alpha", 0), number("alpha/none", 0));
    String alpha = with("Add", "alpha", zero, number("alpha/opaque", OPAQUE));
    return with("Concat", "rgba", rgb, alpha, axis());
  }

  private String channel(String rgb, String name, int channel) {
    String index = constant(name + "/index", Tensor.integers(channel));
    return with("Gather", name + "/channel", rgb, index, axis());
  }

  private String normalised(String arranged) {
    int channels = preprocessing.channels().count();
    float[] offset = new float[channels];
    float[] factor = new float[channels];
    for (int channel = 0; channel < channels; channel++) {
      offset[channel] = (float) (preprocessing.mean().get(channel) / preprocessing.scale());
      factor[channel] = (float) (preprocessing.scale() / preprocessing.std().get(channel));
    }
    String centred =
        with("Sub", "centred", floats(arranged), constant("mean", Tensor.floats(offset, channels)));
    return with("Mul", "normalised", centred, constant("scale", Tensor.floats(factor, channels)));
  }

  private String floats(String values) {
    return node("Cast", "float", values, to(DataType.FLOAT));
  }

  private TensorProto imageShape() {
    int channels = preprocessing.channels().count();
    return input.layout() == ImageLayout.NCHW
        ? Tensor.integers(channels, preprocessing.height(), preprocessing.width())
        : Tensor.integers(preprocessing.height(), preprocessing.width(), channels);
  }

  private String number(String name, float value) {
    return constant(name, Tensor.floats(new float[] {value}, 1));
  }

  private String constant(String name, TensorProto values) {
    return graph.constant(name(name), values);
  }

  private String node(String operator, String name, String operand, AttributeProto... attributes) {
    return graph.node(operator, name(name), List.of(operand), attributes);
  }

  private String with(
      String operator, String name, String left, String right, AttributeProto... attributes) {
    return graph.node(operator, name(name), List.of(left, right), attributes);
  }

  private String name(String name) {
    return names.take("front/" + name);
  }

  private static AttributeProto axis() {
    return Attribute.integer("axis", CHANNEL_AXIS);
  }

  private static AttributeProto to(DataType type) {
    return Attribute.integer("to", type.getNumber());
  }
}
