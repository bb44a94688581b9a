package dev.millrace.core.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FisherExactTest {

  /** The expected values were computed with exact integer arithmetic. */
  @ParameterizedTest
  @CsvSource({
    "3, 10, 9, 12, 0.04560609668968802",
    "420, 500, 1385, 1500, 1.5671759634519486e-07",
    "0, 5, 0, 7, 1",
    "10, 10, 12, 12, 1"
  })
  void lower_isTheTailOfTheHypergeometricDistribution(
      int hits, int images, int otherHits, int otherImages, double p) {
    assertThat(FisherExact.lower(hits, images, otherHits, otherImages))
        .isEqualTo(p, within(1e-9 + p * 1e-6));
  }
}
