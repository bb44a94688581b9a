package dev.millrace.core.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataTypeTest {

  @ParameterizedTest
  @CsvSource({
    "F64,  BFF8000000000000, -1.5",
    "F64,  7FE0000000000000, Infinity",
    "F32,  BFC00000,         -1.5",
    "BF16, BFC0,             -1.5",
    "BF16, 7F80,             Infinity",
    "I64,  FFFFFFFFFFFFFFFE, -2",
    "I32,  FFFFFFFE,         -2",
    "I16,  FFFE,             -2",
    "I8,   FE,               -2",
    "U64,  FFFFFFFFFFFFFFFE, 18446744073709551614",
    "U64,  8000008000000001, 9223372586610589697",
    "U64,  0000000000000005, 5",
    "U32,  FFFFFFFE,         4294967294",
    "U16,  FFFE,             65534",
    "U8,   FE,               254",
  })
  void value_ofAnyType_becomesFloat32(DataType type, String hexadecimal, float value) {
    byte[] bytes = new byte[hexadecimal.length() / 2];
    byte[] reversed = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Integer.parseInt(hexadecimal.substring(2 * i, 2 * i + 2), 16);
      reversed[bytes.length - 1 - i] = bytes[i];
    }

    assertThat(bytes).hasSize(type.width());
    assertThat(type.floats(ByteBuffer.wrap(bytes)).get(0)).isEqualTo(value);
    assertThat(type.floats(ByteBuffer.wrap(reversed).order(ByteOrder.LITTLE_ENDIAN)).get(0))
        .isEqualTo(value);
  }

  @Test
  void halves_allOfThem_becomeWhatTheirBitsSay() {
    ByteBuffer bits = ByteBuffer.allocate(65_536 * Short.BYTES);
    for (int i = 0; i < 65_536; i++) {
      bits.putShort((short) i);
    }

    FloatBuffer values = DataType.F16.floats(bits.flip());

    for (int i = 0; i < 65_536; i++) {
      int exponent = i >> 10 & 31;
      int fraction = i & 1023;
      double magnitude =
          switch (exponent) {
            case 0 -> Math.scalb((double) fraction, -24);
            case 31 -> fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
            default -> Math.scalb(1024.0 + fraction, exponent - 25);
          };
      assertThat(values.get(i))
          .as("%04x", i)
          .isEqualTo(Float.valueOf((float) (i < 32_768 ? magnitude : -magnitude)));
    }
  }

  @Test
  void float32_isNotCopied() {
    ByteBuffer bytes = ByteBuffer.allocate(8);
    FloatBuffer values = DataType.F32.floats(bytes);

    bytes.putFloat(4, 3);

    assertThat(values.get(1)).isEqualTo(3);
  }
}
