package dev.millrace.trainer.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.core.training.Gate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SpendingTest {

  @Test
  void level_ofTwentyRoundsInARow_isAtMostTheSignificance() {
    for (int first = 1; first < 500; first++) {
      assertThat(IntStream.range(first, first + Spending.ROUNDS).mapToDouble(Spending::level).sum())
          .isBetween(Gate.SIGNIFICANCE / 2, Gate.SIGNIFICANCE);
    }
  }

  @Test
  void level_fallsAndNeverReachesZero() {
    assertThat(Spending.level(1)).isEqualTo(0.01375, within(1e-12));
    assertThat(Spending.level(2)).isEqualTo(0.025 / 6 + 0.00125, within(1e-12));
    assertThat(Spending.level(1_000_000)).isEqualTo(0.00125, within(1e-12));
  }

  /** Seven gained images have the p-value 1/128, which is below the first level, 0.01375. */
  @Test
  void smallestGain_isThatOfSevenImages() {
    assertThat(Spending.smallestGain(120)).isEqualTo(700 / 120.0, within(1e-12));
    assertThat(Spending.smallestGain(3)).isEqualTo(100);
  }
}
