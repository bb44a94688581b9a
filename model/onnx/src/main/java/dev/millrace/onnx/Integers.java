package dev.millrace.onnx;

import dev.millrace.onnx.proto.TensorProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Reads constants of whole numbers, which ONNX files use for shapes. */
final class Integers {

  private Integers() {}

  /** {@return the values of an int64 constant; empty if it has another type or other data} */
  static List<Long> of(TensorProto tensor) {
    if (tensor.getDataType() != DataType.INT64_VALUE) {
      return List.of();
    }
    if (!tensor.hasRawData()) {
      return tensor.getInt64DataList();
    }
    ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    List<Long> values = new ArrayList<>();
    while (raw.remaining() >= Long.BYTES) {
      values.add(raw.getLong());
    }
    return values;
  }
}
