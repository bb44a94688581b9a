package dev.millrace.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.platform.Fp16Conversions;
import dev.millrace.core.model.ModelException;
import dev.millrace.onnx.proto.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;

/** The types of pixels that a model may take. */
enum ElementType {
  /** Single precision. */
  FLOAT32(DataType.FLOAT, OnnxJavaType.FLOAT, Float.BYTES) {
    @Override
    void put(ByteBuffer buffer, double value) {
      buffer.putFloat((float) value);
    }
  },
  /** Half precision (IEEE 754's binary16). */
  FLOAT16(DataType.FLOAT16, OnnxJavaType.FLOAT16, Short.BYTES) {
    @Override
    void put(ByteBuffer buffer, double value) {
      buffer.putShort(Fp16Conversions.floatToFp16((float) value));
    }
  },
  /** The upper half of a float32. */
  BFLOAT16(DataType.BFLOAT16, OnnxJavaType.BFLOAT16, Short.BYTES) {
    @Override
    void put(ByteBuffer buffer, double value) {
      buffer.putShort(Fp16Conversions.floatToBf16((float) value));
    }
  },
  /** Double precision. */
  FLOAT64(DataType.DOUBLE, OnnxJavaType.DOUBLE, Double.BYTES) {
    @Override
    void put(ByteBuffer buffer, double value) {
      buffer.putDouble(value);
    }
  },
  /** Raw pixels, from 0 to 255. */
  UINT8(DataType.UINT8, OnnxJavaType.UINT8, 1) {
    @Override
    void put(ByteBuffer buffer, double value) {
      buffer.put((byte) (int) value);
    }
  };

  private final DataType onnx;
  private final OnnxJavaType java;
  private final int bytes;

  ElementType(DataType onnx, OnnxJavaType java, int bytes) {
    this.onnx = onnx;
    this.java = java;
    this.bytes = bytes;
  }

  /**
   * Finds a type by its number in an ONNX file.
   *
   * @param subject the input in the error message, for example {@code input 'x'}
   * @throws ModelException if images cannot have the type
   */
  static ElementType of(String subject, int number) {
    return Arrays.stream(values())
        .filter(type -> type.onnx.getNumber() == number)
        .findFirst()
        .orElseThrow(
            () ->
                new ModelException(
                    subject
                        + " takes "
                        + name(number)
                        + ": export a model that takes float32, float16, bfloat16, float64 or"
                        + " uint8 images"));
  }

  DataType onnx() {
    return onnx;
  }

  OnnxJavaType java() {
    return java;
  }

  /** {@return the number of bytes of one element} */
  int bytes() {
    return bytes;
  }

  /** {@return whether the model takes raw pixels, without normalisation before the model} */
  boolean isRaw() {
    return this == UINT8;
  }

  /** Writes one value at the buffer's position. */
  abstract void put(ByteBuffer buffer, double value);

  /** {@return the usual name of the type, for example {@code float32}} */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static String name(int number) {
    if (number == DataType.UNDEFINED_VALUE) {
      return "no tensor";
    }
    DataType known = DataType.forNumber(number);
    return known == null ? "elements of type " + number : known.name();
  }
}
