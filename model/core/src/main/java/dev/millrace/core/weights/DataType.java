package dev.millrace.core.weights;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * How a file stores a value; the constants are named as safetensors names them. What float32 does
 * not hold exactly is rounded to the nearest it does.
 */
enum DataType {
  F64(8, "f8"),
  F32(4, "f4"),
  F16(2, "f2"),
  /** The upper half of a float32; NumPy has none. */
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

  /** By what follows the byte order in NumPy's {@code descr}, such as {@code f4}. */
  static Optional<DataType> ofNumpy(String code) {
    return Arrays.stream(values()).filter(type -> type.numpyCode.equals(code)).findFirst();
  }

  /** Bytes a value. */
  int width() {
    return width;
  }

  /**
   * The values in a buffer, from its beginning to its limit and in its byte order: a view of it if
   * they are float32, else a copy.
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

  /** IEEE 754's binary16. A float32's exponent and fraction are wider, its bias is 112 above. */
  private static float half(short bits) {
    boolean finite = (bits & HALF_EXPONENT) != HALF_EXPONENT;
    float magnitude =
        finite
            ? Float.intBitsToFloat((bits & Short.MAX_VALUE) << FRACTION_SHIFT) * BIAS_DIFFERENCE
            : (bits & HALF_FRACTION) == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
    return bits < 0 ? -magnitude : magnitude;
  }

  /** Halves what no long holds, and keeps the lowest bit, which decides a rounding. */
  private static float unsigned(long bits) {
    return bits >= 0 ? bits : 2 * (float) ((bits >>> 1) | (bits & 1));
  }
}
