package dev.millrace.core.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SampleSizeTest {

  @ParameterizedTest
  @CsvSource({"0.5, 200", "0.3, 334", "0.01, 10000", "1, 100", "100, 100", "0, 100"})
  void oneImage_weighsAtMostTheAllowedLoss_andThereAreAtLeastAHundred(double loss, int fewest) {
    assertThat(SampleSize.toMeasure(loss)).isEqualTo(fewest);
  }

  @ParameterizedTest
  @CsvSource("1e-12")
  void tinyLoss_needsMoreImagesThanThereCanBe(double loss) {
    assertThat(SampleSize.toMeasure(loss)).isEqualTo(Integer.MAX_VALUE);
  }
}
