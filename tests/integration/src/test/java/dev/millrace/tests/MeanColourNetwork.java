package dev.millrace.tests;

import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.OperatorSetIdProto;
import dev.millrace.onnx.proto.TensorProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import dev.millrace.onnx.proto.TensorShapeProto;
import dev.millrace.onnx.proto.TensorShapeProto.Dimension;
import dev.millrace.onnx.proto.TypeProto;
import dev.millrace.onnx.proto.ValueInfoProto;
import java.util.List;

/**
 * The network of the models in {@code topology/examples}. It classifies an image by its mean
 * colour: the logits of the classes are a linear function of the mean red, green and blue.
 */
final class MeanColourNetwork {

  /** Side of the square input, in pixels. */
  static final int SIZE = 8;

  private static final int CHANNELS = 3;
  private static final int OPSET = 13;
  private static final int IR_VERSION = 7;

  private MeanColourNetwork() {}

  /**
   * Returns the ONNX file of a network. Its input {@code pixels} is {@code float32[batch, 3, 8,
   * 8]}, on the 0..1 scale, and its output {@code logits} is {@code float32[batch, classes]}.
   *
   * @param weights {@code float32[3, classes]}, row by row: the factors of red, green and blue
   * @param bias one number for each class
   */
  static byte[] write(List<Float> weights, List<Float> bias) {
    int classes = bias.size();
    GraphProto graph =
        GraphProto.newBuilder()
            .setName("mean-colour")
            .addInput(tensor("pixels", CHANNELS, SIZE, SIZE))
            .addInitializer(weight("weights", weights, CHANNELS, classes))
            .addInitializer(weight("bias", bias, classes))
            .addNode(node("GlobalAveragePool", "mean", "pixels"))
            .addNode(node("Flatten", "colour", "mean"))
            .addNode(node("Gemm", "logits", "colour", "weights", "bias"))
            .addOutput(tensor("logits", classes))
            .build();
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .setProducerName("millrace-examples")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  private static NodeProto node(String operator, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(operator)
        .setName(output)
        .addAllInput(List.of(inputs))
        .addOutput(output)
        .build();
  }

  private static TensorProto weight(String name, List<Float> values, long... shape) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(DataType.FLOAT_VALUE)
            .addAllFloatData(values);
    for (long side : shape) {
      tensor.addDims(side);
    }
    return tensor.build();
  }

  /** Declares a float32 tensor whose first axis is the batch. */
  private static ValueInfoProto tensor(String name, int... shape) {
    TensorShapeProto.Builder sides =
        TensorShapeProto.newBuilder().addDim(Dimension.newBuilder().setDimParam("batch"));
    for (int side : shape) {
      sides.addDim(Dimension.newBuilder().setDimValue(side));
    }
    TypeProto.Tensor type =
        TypeProto.Tensor.newBuilder().setElemType(DataType.FLOAT_VALUE).setShape(sides).build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(type))
        .build();
  }
}
