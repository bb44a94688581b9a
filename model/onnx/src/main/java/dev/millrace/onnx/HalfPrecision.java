package dev.millrace.onnx;

import ai.onnxruntime.platform.Fp16Conversions;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.onnx.proto.TensorProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Converts float32 values of ONNX files to float16 (IEEE 754's binary16) and back. */
final class HalfPrecision {

  private HalfPrecision() {}

  /**
   * Creates a float16 constant. Each value is rounded to the nearest float16.
   *
   * @param name the weight's name, for the error message
   * @throws ModelException if a finite value is too large for float16, whose largest value is
   *     65,504
   */
  static TensorProto tensor(String name, WeightTensor tensor) {
    FloatBuffer values = tensor.values();
    ByteBuffer bytes =
        ByteBuffer.allocate(tensor.size() * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (values.hasRemaining()) {
      float value = values.get();
      short half = Fp16Conversions.floatToFp16(value);
      if (Float.isFinite(value) && !Float.isFinite(Fp16Conversions.fp16ToFloat(half))) {
        throw new ModelException(
            name + " holds " + value + ", which float16 cannot represent: write it as float32");
      }
      bytes.putShort(half);
    }
    return Tensor.of(DataType.FLOAT16, bytes, tensor.shape());
  }

  /**
   * {@return the float32 values of a buffer of float16 values, which are read in the buffer's byte
   * order}
   */
  static FloatBuffer floats(ByteBuffer halves) {
    float[] values = new float[halves.remaining() / Short.BYTES];
    for (int i = 0; i < values.length; i++) {
      values[i] = Fp16Conversions.fp16ToFloat(halves.getShort());
    }
    return FloatBuffer.wrap(values);
  }
}
