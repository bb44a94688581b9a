package dev.millrace.core.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeastShareTest {

  /** The lower end at the level 0.025 is that of the two-sided 95 % interval. */
  @ParameterizedTest
  @CsvSource({"81, 263", "15, 148", "1, 29", "20, 20", "0, 20"})
  void bound_isTheLowerEndOfWilsonsInterval(int hits, int n) {
    assertThat(LeastShare.bound(hits, n, 0.025))
        .isCloseTo(Proportion.of(hits, n).low(), within(1e-5));
  }

  @Test
  void bound_ofASmallerLevel_isLower() {
    assertThat(LeastShare.bound(256, 512, 0.01375)).isCloseTo(0.45152, within(1e-5));
    assertThat(LeastShare.bound(256, 512, 1 / 300.0)).isCloseTo(0.44048, within(1e-5));
  }

  @Test
  void p_ofTheBound_isTheLevel() {
    assertThat(LeastShare.p(256, 512, 0.45)).isCloseTo(0.011479, within(1e-6));
    assertThat(LeastShare.p(20, 20, 0)).isZero();
    assertThat(LeastShare.p(20, 20, 1)).isEqualTo(1);
  }
}
