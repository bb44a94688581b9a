package dev.millrace.onnx;

import com.google.protobuf.UnsafeByteOperations;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.onnx.proto.TensorProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import dev.millrace.onnx.proto.TensorShapeProto;
import dev.millrace.onnx.proto.TensorShapeProto.Dimension;
import dev.millrace.onnx.proto.TypeProto;
import dev.millrace.onnx.proto.ValueInfoProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/** Creates tensors and their types. */
public final class Tensor {

  /** Marks the dynamic batch dimension in a shape. */
  public static final long BATCH = -1;

  private static final String BATCH_NAME = "batch";

  private Tensor() {}

  /**
   * Creates a float32 constant.
   *
   * @param values the values in row-major order
   * @param shape the size of each dimension; none for a single number
   * @return the constant, without a name
   * @throws IllegalArgumentException if the shape does not match the number of values
   */
  public static TensorProto floats(float[] values, long... shape) {
    return floats(
        new WeightTensor(
            Arrays.stream(shape).mapToObj(Math::toIntExact).toList(), FloatBuffer.wrap(values)));
  }

  /** Creates a float32 constant. */
  static TensorProto floats(WeightTensor tensor) {
    ByteBuffer bytes =
        ByteBuffer.allocate(tensor.size() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(tensor.values());
    return of(DataType.FLOAT, bytes, tensor.shape());
  }

  /**
   * Creates a one-dimensional int64 constant.
   *
   * @param values the values
   * @return the constant, without a name
   */
  public static TensorProto integers(long... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return of(DataType.INT64, bytes, List.of(values.length));
  }

  /**
   * Creates a constant.
   *
   * @param elements the type of the values
   * @param bytes all values, row-major and little-endian; the caller must not change the buffer
   *     afterwards
   * @param shape the size of each dimension; empty for a single number
   * @return the constant, without a name
   */
  public static TensorProto of(DataType elements, ByteBuffer bytes, List<Integer> shape) {
    return TensorProto.newBuilder()
        .addAllDims(shape.stream().map(Integer::longValue).toList())
        .setDataType(elements.getNumber())
        .setRawData(UnsafeByteOperations.unsafeWrap(bytes.rewind()))
        .build();
  }

  /**
   * {@return the name and type of a graph's input or output; {@link #BATCH} in the shape becomes a
   * named dimension without a fixed size}
   *
   * @param name the name
   * @param elements the type of the values
   * @param shape the size of each dimension
   */
  public static ValueInfoProto value(String name, DataType elements, long... shape) {
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

  /**
   * {@return the name and type of a graph's output whose shape the graph computes}
   *
   * @param name the output's name
   * @param elements the type of the values
   */
  public static ValueInfoProto shapeless(String name, DataType elements) {
    return value(name, TypeProto.Tensor.newBuilder().setElemType(elements.getNumber()));
  }

  private static ValueInfoProto value(String name, TypeProto.Tensor.Builder type) {
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(type))
        .build();
  }
}
