package dev.millrace.onnx.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BalancedRoundingTest {

  private static final int LARGEST = 127;

  @Test
  void weightsNearestToTheOtherSide_areTurned() {
    assertThat(BalancedRounding.of(new double[] {1.4, 2.3, 3.45, 4.1, -5.2}, 5, LARGEST))
        .containsExactly(1, 2, 4, 4, -5);
  }

  @ParameterizedTest
  @CsvSource({"1, 256", "9, 64", "49, 3", "9, 1"})
  void sumsOfErrors_areSmall(int kernel, int inputs) {
    Random random = new Random(5);
    for (int round = 0; round < 100; round++) {
      double[] weights = random.doubles((long) kernel * inputs, -20, 20).toArray();

      int[] integers = BalancedRounding.of(weights, kernel, LARGEST);

      double all = 0;
      for (int from = 0; from < weights.length; from += kernel) {
        double sum = 0;
        for (int i = from; i < from + kernel; i++) {
          double error = integers[i] - weights[i];
          assertThat(Math.abs(error)).isLessThan(1);
          sum += error;
        }
        // A kernel with at most 0.5 may turn one weight more, for the sake of the whole channel.
        assertThat(Math.abs(sum)).isLessThanOrEqualTo(1);
        all += sum;
      }
      assertThat(Math.abs(all)).isLessThanOrEqualTo(0.5 + 1e-9);
    }
  }

  @Test
  void integers_stayBelowTheLargest() {
    double[] weights = new double[9];
    Arrays.fill(weights, 63.6);

    assertThat(BalancedRounding.of(weights, 9, 64)).containsOnly(63, 64);
    Arrays.fill(weights, 64.4);
    assertThat(BalancedRounding.of(weights, 9, 64)).containsOnly(64);
    Arrays.fill(weights, -64.4);
    assertThat(BalancedRounding.of(weights, 9, 64)).containsOnly(-64);
  }

  @Test
  void exactWeights_keepTheirValues() {
    assertThat(BalancedRounding.of(new double[] {0, 1, -7, 127}, 2, LARGEST))
        .containsExactly(0, 1, -7, 127);
  }
}
