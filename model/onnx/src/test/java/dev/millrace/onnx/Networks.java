package dev.millrace.onnx;

import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.TensorProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Networks and weights for tests that write ONNX files. */
public final class Networks {

  private Networks() {}

  /**
   * Returns a standard ResNet, but with few channels and for small images, so that the tests write
   * it fast.
   */
  public static ResNet narrow(String name) {
    ResNet full = ResNet.of(name);
    return new ResNet(name, full.stem(), full.block(), full.blocks(), 4, full.shortcut(), 5, 32, 3);
  }

  /**
   * Returns weights from He's initialisation, but with random batch norms, similar to those after
   * training. Initial batch norms are not used, because they are the identity. Gains of 0.5 to 1
   * keep a deep network's activations bounded.
   */
  public static Weights weights(ResNet network) {
    Random random = new Random(3);
    Map<String, WeightTensor> tensors = new LinkedHashMap<>();
    HeInitialization.of(network, 1)
        .tensors()
        .forEach((name, tensor) -> tensors.put(name, trained(name, tensor, random)));
    return new Weights(tensors);
  }

  private static WeightTensor trained(String name, WeightTensor tensor, Random random) {
    if (tensor.shape().size() > 1) {
      return tensor;
    }
    float[] values = new float[tensor.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          name.endsWith(".weight") || name.endsWith("_var")
              ? 0.5f + random.nextFloat() / 2
              : random.nextFloat() - 0.5f;
    }
    return new WeightTensor(tensor.shape(), FloatBuffer.wrap(values));
  }

  /**
   * Returns the model with each weight also as an input of the graph. Files with a format version
   * below 4 must have these inputs. In later files, a caller may replace the weights.
   *
   * @param irVersion the format version of the result
   */
  public static ModelProto weightsAsInputs(ModelProto model, long irVersion) {
    GraphProto.Builder graph = model.getGraph().toBuilder();
    for (TensorProto weight : model.getGraph().getInitializerList()) {
      long[] shape = weight.getDimsList().stream().mapToLong(Long::longValue).toArray();
      graph.addInput(
          0, Tensor.value(weight.getName(), DataType.forNumber(weight.getDataType()), shape));
    }
    return model.toBuilder().setIrVersion(irVersion).setGraph(graph).build();
  }

  /** Returns noise, {@code [images, channels, size, size]}. */
  static float[] images(ResNet network, int images) {
    Random random = new Random(5);
    float[] values = new float[images * network.channels() * network.size() * network.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
