package dev.millrace.onnx.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

class ExactBiasTest {

  @Test
  void bias_keepsThePrecisionOfFloat32() {
    float[] values = {0, 1, -3.1415927f, 1e-12f, -1e9f, Float.MIN_VALUE};

    ExactBias bias = ExactBias.of(FloatBuffer.wrap(values), values.length);

    for (int c = 0; c < values.length; c++) {
      float restored = bias.integers()[c] * bias.scales()[c];
      assertThat(restored).isCloseTo(values[c], within(Math.abs(values[c]) * 1e-6f + 1e-30f));
    }
  }

  @Test
  void noBias_isZero() {
    ExactBias bias = ExactBias.of(null, 2);

    assertThat(bias.integers()).containsOnly(0);
    assertThat(bias.scales()).doesNotContain(0);
  }
}
