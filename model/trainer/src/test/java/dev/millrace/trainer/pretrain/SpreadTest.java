package dev.millrace.trainer.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SpreadTest {

  private static final int IMAGES = 2_000;
  private static final int WIDTH = 32;

  private static FloatBuffer outputs(double mean, double deviation) {
    Random random = new Random(1);
    FloatBuffer outputs = FloatBuffer.allocate(IMAGES * WIDTH);
    while (outputs.hasRemaining()) {
      outputs.put((float) (mean + deviation * random.nextGaussian()));
    }
    return outputs.rewind();
  }

  @Test
  void directionsThatAreSpreadEvenly_haveASpreadOfOne() {
    assertThat(Spread.of(outputs(0, 1), WIDTH)).isEqualTo(1, within(0.01));
    assertThat(Spread.of(outputs(0, 0.001), WIDTH)).isEqualTo(1, within(0.01));
  }

  @Test
  void equalOutputs_haveNoSpread_whateverTheirLength() {
    FloatBuffer outputs = FloatBuffer.wrap(new float[] {3, 4, 6, 8, 0.3f, 0.4f});

    assertThat(Spread.of(outputs, 2)).isEqualTo(0, within(1e-6));
    assertThat(Spread.of(FloatBuffer.allocate(6), 2)).isZero();
  }

  @Test
  void oppositeOutputs_haveTheirDeviation() {
    // Directions (1, 0) and (-1, 0): the deviation of the first value is sqrt(2), the other is 0.
    FloatBuffer outputs = FloatBuffer.wrap(new float[] {5, 0, -2, 0});

    assertThat(Spread.of(outputs, 2)).isEqualTo(Math.sqrt(2) / 2 * Math.sqrt(2), within(1e-6));
  }

  @Test
  void outputsNearAPoint_areCollapsed_andThoseFarFromIt_areNot() {
    assertThat(Spread.of(outputs(10, 0.5), WIDTH)).isLessThan(Spread.COLLAPSED);
    assertThat(Spread.of(outputs(1, 1), WIDTH)).isGreaterThan(Spread.LOW);
  }
}
