package dev.millrace.benchmarks.part;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.evaluation.Proportion;
import dev.millrace.core.model.Quantization.Changes;
import dev.millrace.core.model.Quantization.Judgement;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantizedNetworkTest {

  /** Three of 700 images are 0.43 points, and four are 0.57 points. */
  @ParameterizedTest
  @CsvSource({"3, false", "4, true"})
  void lossAboutTheDefaultLimit_wouldBeRefused(int loss, boolean refused) {
    Judgement judgement =
        new Judgement(
            Judgement.ACCURACY,
            700,
            Proportion.of(500, 700),
            Proportion.of(500 - loss, 700),
            Changes.of(700, loss + 2, 2),
            "amd64");

    String text = QuantizedNetwork.text(judgement);

    assertThat(text)
        .contains("on 700 images", "lost " + (loss + 2) + ", gained 2")
        .containsPattern("at most \\d\\.\\d\\d points with 95 % confidence");
    assertThat(text.contains("would be refused by the default limit of 0.5 points"))
        .isEqualTo(refused);
  }
}
