package dev.millrace.onnx.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.core.model.ModelException;
import java.nio.FloatBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HistogramTest {

  private static final int MANY = 100_000;

  @Test
  void counts_doNotDependOnTheOrder() {
    assertSameInBothOrders(noise(1, 0.01f), noise(2, 7));
    // The largest value of a sigmoid is 1. The limit of a histogram is a power of two, so 1 can be
    // the end of the last bin.
    assertSameInBothOrders(new float[] {1}, new float[] {7});
  }

  private static void assertSameInBothOrders(float[] small, float[] large) {
    Histogram one = new Histogram("x");
    one.add(FloatBuffer.wrap(small));
    one.add(FloatBuffer.wrap(large));
    Histogram other = new Histogram("x");
    other.add(FloatBuffer.wrap(large));
    other.add(FloatBuffer.wrap(small));

    assertThat(one.magnitudes()).isEqualTo(other.magnitudes());
    assertThat(one.extremes()).isEqualTo(other.extremes());
    assertThat(one.percentile(0.99)).isEqualTo(other.percentile(0.99));
  }

  @Test
  void percentile_leavesTheOutermostValuesOut() {
    Histogram values = new Histogram("x");
    float[] uniform = new float[MANY];
    for (int i = 0; i < MANY; i++) {
      uniform[i] = (float) i / MANY * 2 - 1;
    }
    values.add(FloatBuffer.wrap(uniform));

    Range range = values.percentile(0.9);

    assertThat(range.min()).isCloseTo(-0.9, within(0.002));
    assertThat(range.max()).isCloseTo(0.9, within(0.002));
    assertThat(values.percentile(1).max()).isEqualTo(values.extremes().max());
  }

  @Test
  void entropy_leavesASingleOutlierOut_butNotTheTail() {
    Histogram values = new Histogram("x");
    float[] noise = noise(3, 1);
    noise[0] = 60;
    values.add(FloatBuffer.wrap(noise));

    Range range = CalibrationMethod.ENTROPY.range(values);

    assertThat(range.max()).isBetween(2.5, 15.0);
    assertThat(CalibrationMethod.MIN_MAX.range(values).max()).isEqualTo(60);
  }

  @Test
  void valueThatIsNotFinite_isRefused() {
    Histogram values = new Histogram("conv1");

    assertThatThrownBy(() -> values.add(FloatBuffer.wrap(new float[] {1, Float.NaN})))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "the activation conv1 is NaN for a calibration image: check the model's weights, mean"
                + " and std");
  }

  private static float[] noise(long seed, float deviation) {
    Random random = new Random(seed);
    float[] values = new float[MANY];
    for (int i = 0; i < MANY; i++) {
      values[i] = (float) random.nextGaussian() * deviation;
    }
    return values;
  }
}
