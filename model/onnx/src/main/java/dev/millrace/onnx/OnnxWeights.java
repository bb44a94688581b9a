package dev.millrace.onnx;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.TensorProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the weights of an exported or prepared ONNX file. The weights keep the names that they have
 * in the file.
 */
public final class OnnxWeights {

  private OnnxWeights() {}

  /**
   * Reads the weights of a network, as {@link #read(byte[])} does. Networks may differ only in the
   * strides of their convolutions, which their weights do not show. This method therefore also
   * compares the strides in the file with those of the network. For example, the stems {@code
   * cifar} and {@code cifar_halved} differ in a stride.
   *
   * @param onnx the file's bytes; the caller must not change the array afterwards
   * @param network the network
   * @return the weights, which may have other names or shapes than those of the network
   * @throws ModelException if the file is not an ONNX file, has no readable weights, or has a
   *     convolution with another stride than that of the same name in the network
   */
  public static Weights read(byte[] onnx, ResNet network) {
    Weights weights = read(onnx);
    Strides.of(network).require(OnnxFile.read(onnx).graph());
    return weights;
  }

  /**
   * Reads all float32 and float16 weights. An exporter may store a tensor once and use it under
   * several names, through Identity nodes. The tensor is returned under each of these names. If the
   * graph computes a weight from smaller constants, for example from codes and a codebook, the
   * computed weight is returned.
   *
   * @param onnx the file's bytes; the caller must not change the array afterwards
   * @return the weights
   * @throws ModelException if the file is not an ONNX file, or has no readable weights
   */
  public static Weights read(byte[] onnx) {
    OnnxFile file = OnnxFile.read(onnx);
    GraphProto graph = file.graph();
    ComputedWeights computed = ComputedWeights.of(file.model());
    Map<String, WeightTensor> weights = new LinkedHashMap<>(computed.tensors());
    try {
      for (TensorProto tensor : graph.getInitializerList()) {
        if (isFloat(tensor) && !computed.ingredients().contains(tensor.getName())) {
          weights.put(tensor.getName(), new WeightTensor(shape(tensor), values(tensor)));
        }
      }
      for (NodeProto node : graph.getNodeList()) {
        if (node.getOpType().equals("Identity") && weights.containsKey(node.getInput(0))) {
          weights.put(node.getOutput(0), weights.get(node.getInput(0)));
        }
      }
      return new Weights(weights);
    } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException e) {
      throw new ModelException(
          "the file's weights cannot be read ("
              + OneLine.of(String.valueOf(e.getMessage()))
              + "): export the model again, with its weights inside as float32 or float16",
          e);
    }
  }

  /** {@return whether {@link #values} can read a tensor} */
  static boolean isFloat(TensorProto tensor) {
    return tensor.getDataType() == DataType.FLOAT_VALUE
        || tensor.getDataType() == DataType.FLOAT16_VALUE;
  }

  private static List<Integer> shape(TensorProto tensor) {
    return tensor.getDimsList().stream().map(Math::toIntExact).toList();
  }

  /**
   * {@return the values of a tensor of float32 or float16} An ONNX file stores them either as bytes
   * or as a list of numbers.
   */
  static FloatBuffer values(TensorProto tensor) {
    ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    boolean half = tensor.getDataType() == DataType.FLOAT16_VALUE;
    if (tensor.hasRawData()) {
      return half ? HalfPrecision.floats(raw) : raw.asFloatBuffer();
    }
    if (half) {
      ByteBuffer bits = ByteBuffer.allocate(tensor.getInt32DataCount() * Short.BYTES);
      tensor.getInt32DataList().forEach(value -> bits.putShort(value.shortValue()));
      return HalfPrecision.floats(bits.flip());
    }
    float[] values = new float[tensor.getFloatDataCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = tensor.getFloatData(i);
    }
    return FloatBuffer.wrap(values);
  }
}
