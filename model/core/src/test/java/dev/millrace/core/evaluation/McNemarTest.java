package dev.millrace.core.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class McNemarTest {

  /**
   * The expected values of p are from {@code scipy.stats.binomtest(gained, gained + lost, 0.5,
   * 'greater').pvalue}.
   */
  @ParameterizedTest
  @CsvSource({
    "0, 0, 1",
    "1, 0, 0.5",
    "5, 0, 0.03125",
    "0, 5, 1",
    "10, 10, 0.5880985260009766",
    "15, 5, 0.020694732666015625",
    "60, 40, 0.028443966820490392",
    "1100, 1000, 0.01536"
  })
  void oneSided_isTheBinomialTail(int gained, int lost, double p) {
    assertThat(McNemar.oneSided(gained, lost)).isCloseTo(p, within(1e-4));
  }

  /**
   * The expected values are twice the smaller tail of the binomial distribution with a probability
   * of 1/2, but at most 1.
   */
  @ParameterizedTest
  @CsvSource({
    "0, 0, 1",
    "5, 0, 0.0625",
    "0, 5, 0.0625",
    "10, 10, 1",
    "15, 5, 0.04138946533203125",
    "5, 15, 0.04138946533203125"
  })
  void twoSided_isTwiceTheSmallerTail(int gained, int lost, double p) {
    assertThat(McNemar.twoSided(gained, lost)).isCloseTo(p, within(1e-12));
  }
}
