package dev.millrace.onnx;

import com.google.protobuf.ByteString;
import dev.millrace.onnx.proto.TensorProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import dev.millrace.onnx.proto.TensorShapeProto;
import dev.millrace.onnx.proto.TensorShapeProto.Dimension;
import dev.millrace.onnx.proto.TypeProto;
import dev.millrace.onnx.proto.ValueInfoProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Tensors and their types. */
final class Tensor {

  /** The size, in a shape, of the dimension that grows with the batch. */
  static final long BATCH = -1;

  private static final String BATCH_NAME = "batch";

  private Tensor() {}

  /**
   * A constant.
   *
   * @param values in row-major order
   * @throws IllegalArgumentException if the shape does not hold as many values
   */
  static TensorProto floats(float[] values, long... shape) {
    if (Arrays.stream(shape).reduce(1, Math::multiplyExact) != values.length) {
      throw new IllegalArgumentException(
          "shape " + Arrays.toString(shape) + " does not hold " + values.length + " values");
    }
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return TensorProto.newBuilder()
        .addAllDims(Arrays.stream(shape).boxed().toList())
        .setDataType(DataType.FLOAT_VALUE)
        .setRawData(ByteString.copyFrom(bytes))
        .build();
  }

  /** The name and type of a graph's input or output; {@link #BATCH} in its shape is symbolic. */
  static ValueInfoProto value(String name, DataType elements, long... shape) {
    TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
    for (long size : shape) {
      dimensions.addDim(
          size == BATCH
              ? Dimension.newBuilder().setDimParam(BATCH_NAME)
              : Dimension.newBuilder().setDimValue(size));
    }
    return value(
        name, TypeProto.Tensor.newBuilder().setElemType(elements.getNumber()).setShape(dimensions));
  }

  /** The name and type of a graph's output whose shape the graph itself decides. */
  static ValueInfoProto shapeless(String name, DataType elements) {
    return value(name, TypeProto.Tensor.newBuilder().setElemType(elements.getNumber()));
  }

  private static ValueInfoProto value(String name, TypeProto.Tensor.Builder type) {
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(type))
        .build();
  }
}
