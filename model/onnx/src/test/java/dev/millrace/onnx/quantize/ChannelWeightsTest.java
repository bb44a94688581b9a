package dev.millrace.onnx.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelWeightsTest {

  private static final int CHANNELS = 3;
  private static final int EACH = 64;
  private static final int KERNEL = 16;

  @ParameterizedTest
  @ValueSource(ints = {ChannelWeights.FULL, ChannelWeights.REDUCED})
  void weights_areRoundedWithAScaleForEachChannel(int largest) {
    float[] weights = weights();

    ChannelWeights quantised = of(weights, EACH, largest);

    int most = 0;
    for (int i = 0; i < weights.length; i++) {
      float scale = quantised.scales()[i / EACH];
      assertThat(quantised.integers()[i] * scale).isCloseTo(weights[i], within(1.0001f * scale));
      most = Math.max(most, Math.abs(quantised.integers()[i]));
    }
    assertThat(most).isEqualTo(largest);
    assertThat(quantised.scales()[1]).isCloseTo(10 * quantised.scales()[0], within(1e-6f));
  }

  @Test
  void lastAxis_mayNumberTheChannels() {
    float[] weights = {1, 100, 2, -200, -3, 300};

    ChannelWeights quantised =
        ChannelWeights.of(FloatBuffer.wrap(weights), 2, 1, 1, ChannelWeights.FULL, null, 1);

    assertThat(quantised.scales()).containsExactly(3 / 127f, 300 / 127f);
    assertThat(quantised.integers()).containsExactly(42, 42, 85, -84, -127, 127);
  }

  @Test
  void channelOfZeros_hasAScale() {
    ChannelWeights quantised = of(new float[CHANNELS * EACH], EACH, ChannelWeights.FULL);

    assertThat(quantised.scales()).containsOnly(1);
    assertThat(quantised.integers()).containsOnly(0);
  }

  @Test
  void bias_hasTheScaleOfTheProducts_andFitsIn32Bits() {
    float[] weights = {1, 1e-12f};
    FloatBuffer bias = FloatBuffer.wrap(new float[] {0.5f, 8});
    float input = 0.02f;

    ChannelWeights quantised =
        ChannelWeights.of(FloatBuffer.wrap(weights), 2, 1, 1, ChannelWeights.FULL, bias, input);
    float[] scales = quantised.biasScales(input);
    int[] integers = ChannelWeights.bias(bias, scales);

    assertThat(scales[0]).isEqualTo(input * quantised.scales()[0]);
    assertThat(integers[0] * scales[0]).isCloseTo(0.5f, within(scales[0]));
    assertThat(integers[1]).isBetween(1 << 29, Integer.MAX_VALUE - 1);
    assertThat(integers[1] * scales[1]).isCloseTo(8, within(1e-5f));
  }

  /**
   * Processors without VNNI add two neighbouring products in 16 bits with saturation (pmaddubsw).
   */
  @Test
  void sumsIn16Bits_saturateWithFullWeights_butNotWithReducedOnes() {
    float[] weights = weights();
    byte[] bright = new byte[EACH];
    Arrays.fill(bright, (byte) 255);

    ChannelWeights full = of(weights, EACH, ChannelWeights.FULL);
    ChannelWeights reduced = of(weights, EACH, ChannelWeights.REDUCED);

    assertThat(full.canSaturate()).isTrue();
    assertThat(saturating(bright, full)).isNotEqualTo(exact(bright, full));
    assertThat(reduced.canSaturate()).isFalse();
    assertThat(saturating(bright, reduced)).isEqualTo(exact(bright, reduced));
  }

  private static int exact(byte[] activations, ChannelWeights weights) {
    int sum = 0;
    for (int i = 0; i < EACH; i++) {
      sum += Byte.toUnsignedInt(activations[i]) * weights.integers()[i];
    }
    return sum;
  }

  private static int saturating(byte[] activations, ChannelWeights weights) {
    int sum = 0;
    for (int i = 0; i < EACH; i += 2) {
      int pair =
          Byte.toUnsignedInt(activations[i]) * weights.integers()[i]
              + Byte.toUnsignedInt(activations[i + 1]) * weights.integers()[i + 1];
      sum += Math.max(Short.MIN_VALUE, Math.min(Short.MAX_VALUE, pair));
    }
    return sum;
  }

  private static ChannelWeights of(float[] weights, int inner, int largest) {
    return ChannelWeights.of(FloatBuffer.wrap(weights), CHANNELS, inner, KERNEL, largest, null, 1);
  }

  private static float[] weights() {
    Random random = new Random(2);
    float[] weights = new float[CHANNELS * EACH];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (random.nextFloat() * 2 - 1) * (i / EACH == 1 ? 10 : 1);
    }
    weights[0] = 1;
    weights[1] = 1;
    weights[EACH] = 10;
    return weights;
  }
}
