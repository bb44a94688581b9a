package dev.millrace.onnx;

import ai.onnxruntime.platform.Fp16Conversions;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.onnx.proto.TensorProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Float16, IEEE 754's binary16, in files. */
final class HalfPrecision {

  private HalfPrecision() {}

  /**
   * Creates a constant. Each value is rounded to the nearest float16.
   *
   * @param name the weight's name, for the message
   * @throws ModelException if a finite value exceeds 65,504, the largest value of float16
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

  /** {@return the values of little-endian float16 bytes} */
  static FloatBuffer floats(ByteBuffer halves) {
    float[] values = new float[halves.remaining() / Short.BYTES];
    for (int i = 0; i < values.length; i++) {
      values[i] = Fp16Conversions.fp16ToFloat(halves.getShort());
    }
    return FloatBuffer.wrap(values);
  }
}
