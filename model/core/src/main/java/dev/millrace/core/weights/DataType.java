package dev.millrace.core.weights;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * The type of a stored value. The constants have the names that safetensors uses. Values that
 * float32 cannot represent are rounded to the nearest float32.
 */
enum DataType {
  F64(8, "f8"),
  F32(4, "f4"),
  F16(2, "f2"),
  /**
   * Bfloat16, the upper half of a float32. Its NumPy code is empty, because NumPy has no bfloat16.
   */
  BF16(2, ""),
  I64(8, "i8"),
  I32(4, "i4"),
  I16(2, "i2"),
  I8(1, "i1"),
  U64(8, "u8"),
  U32(4, "u4"),
  U16(2, "u2"),
  U8(1, "u1");

  private static final int HALF_EXPONENT = 0x7c00;
  private static final int HALF_FRACTION = 0x03ff;
  private static final int FRACTION_SHIFT = 13;
  private static final float BIAS_DIFFERENCE = 0x1p112f;

  private final int width;
  private final String numpyCode;

  DataType(int width, String numpyCode) {
    this.width = width;
    this.numpyCode = numpyCode;
  }

  static Optional<DataType> named(String name) {
    return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
  }

  /**
   * {@return the type for NumPy's code, for example {@code f4}} In NumPy's {@code descr}, the code
   * follows the byte order.
   */
  static Optional<DataType> ofNumpy(String code) {
    return Arrays.stream(values()).filter(type -> type.numpyCode.equals(code)).findFirst();
  }

  /** {@return the number of bytes per value} */
  int width() {
    return width;
  }

  /**
   * {@return the values from the buffer's beginning to its limit, in the buffer's byte order: a
   * view of the buffer for float32, a copy for other types}
   */
  FloatBuffer floats(ByteBuffer bytes) {
    if (this == F32) {
      return bytes.asFloatBuffer();
    }
    float[] values = new float[bytes.limit() / width];
    for (int i = 0; i < values.length; i++) {
      values[i] = value(bytes, i * width);
    }
    return FloatBuffer.wrap(values);
  }

  private float value(ByteBuffer bytes, int index) {
    return switch (this) {
      case F64 -> (float) bytes.getDouble(index);
      case F32 -> bytes.getFloat(index);
      case F16 -> half(bytes.getShort(index));
      case BF16 -> Float.intBitsToFloat(bytes.getShort(index) << Short.SIZE);
      case I64 -> bytes.getLong(index);
      case I32 -> bytes.getInt(index);
      case I16 -> bytes.getShort(index);
      case I8 -> bytes.get(index);
      case U64 -> unsigned(bytes.getLong(index));
      case U32 -> Integer.toUnsignedLong(bytes.getInt(index));
      case U16 -> Short.toUnsignedInt(bytes.getShort(index));
      case U8 -> Byte.toUnsignedInt(bytes.get(index));
    };
  }

  /**
   * Converts a half-precision number (IEEE 754 binary16) to float32. A float32 has more bits for
   * the exponent and the fraction, and its exponent bias is larger by 112.
   */
  private static float half(short bits) {
    boolean finite = (bits & HALF_EXPONENT) != HALF_EXPONENT;
    float magnitude =
        finite
            ? Float.intBitsToFloat((bits & Short.MAX_VALUE) << FRACTION_SHIFT) * BIAS_DIFFERENCE
            : (bits & HALF_FRACTION) == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
    return bits < 0 ? -magnitude : magnitude;
  }

  /**
   * Converts an unsigned 64-bit integer to float32. A number above {@code Long.MAX_VALUE} is
   * halved, converted and doubled. The halving keeps the lowest bit, because that bit can decide
   * the rounding.
   */
  private static float unsigned(long bits) {
    return bits >= 0 ? bits : 2 * (float) ((bits >>> 1) | (bits & 1));
  }
}
