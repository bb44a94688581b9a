package dev.millrace.decode;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FixedPointTest {

  @Test
  void sums_areRoundedToSamples_andNeverExceedWhite() {
    int one = FixedPoint.of(1);
    int[] sums = new int[6];
    int[] exact = {0, one / 2 - 1, one / 2, 255 * one, 255 * one + one / 2, 256 * one};
    for (int i = 0; i < sums.length; i++) {
      sums[i] = FixedPoint.HALF + exact[i];
    }

    FixedPoint.round(sums);

    assertThat(sums).containsExactly(0, 0, 1, 255, 255, 255);
  }
}
