package dev.millrace.onnx;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.Setting;
import dev.millrace.core.resnet.Convolution;
import dev.millrace.core.resnet.MaxPooling;
import dev.millrace.core.resnet.NetworkBuilder;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.resnet.ZeroPadding;
import dev.millrace.onnx.proto.AttributeProto;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.NodeProto;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The strides of a network's convolutions. This builder has no representation of the layers. */
final class Strides implements NetworkBuilder<String> {

  private static final String NOTHING = "";
  private static final int WEIGHT = 1;

  private final ResNet network;
  private final Map<String, Long> byWeight = new LinkedHashMap<>();

  private Strides(ResNet network) {
    this.network = network;
  }

  static Strides of(ResNet network) {
    Strides strides = new Strides(network);
    String unused = network.build(strides, NOTHING);
    return strides;
  }

  /**
   * Requires that the convolutions of a graph have these strides. Convolutions whose weights have
   * other names than the network's are not compared.
   *
   * @throws ModelException if a convolution has another stride
   */
  void require(GraphProto graph) {
    graph.getNodeList().stream()
        .filter(node -> node.getOpType().equals("Conv") && node.getInputCount() > WEIGHT)
        .forEach(this::require);
  }

  private void require(NodeProto convolution) {
    String weight = convolution.getInput(WEIGHT);
    Long stride = byWeight.get(weight);
    if (stride == null) {
      return;
    }
    for (long other : strides(convolution)) {
      if (other != stride) {
        throw new ModelException(
            "the convolution of "
                + weight
                + " has a stride of "
                + other
                + ", but that of "
                + network
                + " has a stride of "
                + stride
                + "; give the architecture and stem of the file, or import it without them",
            Setting.ARCH,
            Setting.STEM);
      }
    }
  }

  /** {@return the strides by row and by column; without the attribute, both are 1} */
  private static List<Long> strides(NodeProto convolution) {
    return convolution.getAttributeList().stream()
        .filter(attribute -> attribute.getName().equals("strides"))
        .findFirst()
        .map(AttributeProto::getIntsList)
        .orElse(List.of(1L));
  }

  @Override
  public String convolution(String name, String input, Convolution shape) {
    byWeight.put(name + ".weight", (long) shape.stride());
    return NOTHING;
  }

  @Override
  public String batchNorm(String name, String input, int channels) {
    return NOTHING;
  }

  @Override
  public String relu(String name, String input) {
    return NOTHING;
  }

  @Override
  public String maxPool(String name, String input, MaxPooling shape) {
    return NOTHING;
  }

  @Override
  public String add(String name, String residual, String shortcut) {
    return NOTHING;
  }

  @Override
  public String zeroPad(String name, String input, ZeroPadding shape) {
    return NOTHING;
  }

  @Override
  public String globalAveragePool(String name, String input) {
    return NOTHING;
  }

  @Override
  public String linear(String name, String input, int from, int to) {
    return NOTHING;
  }
}
