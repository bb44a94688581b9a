package dev.millrace.core.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvaluationTest {

  /**
   * 81 of 263 is the example of Newcombe, "Two-sided confidence intervals for the single
   * proportion" (1998), table I, method 3; 15 of 148, 0 of 20 and 1 of 29 are his others.
   */
  @ParameterizedTest
  @CsvSource({
    "81, 263, 0.2553, 0.3662",
    "15, 148, 0.0624, 0.1605",
    "0, 20, 0, 0.1611",
    "1, 29, 0.0061, 0.1718",
    "20, 20, 0.8389, 1"
  })
  void proportion_hasWilsonsInterval(int hits, int n, double low, double high) {
    Proportion proportion = Proportion.of(hits, n);

    assertThat(proportion.value()).isEqualTo(hits / (double) n);
    assertThat(proportion.low()).isCloseTo(low, within(5e-5));
    assertThat(proportion.high()).isCloseTo(high, within(5e-5));
  }

  @Test
  void proportion_ofNothing_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Proportion.of(0, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> Proportion.of(3, 2));
  }

  @Test
  void evaluation_countsTopOneAndTopFive() {
    Evaluation evaluation = new Evaluation(7);
    float[] falling = {0.4f, 0.2f, 0.15f, 0.1f, 0.08f, 0.04f, 0.03f};

    for (int truth = 0; truth < 7; truth++) {
      assertThat(evaluation.add(truth, falling)).isEqualTo(truth == 0);
    }

    assertThat(evaluation.n()).isEqualTo(7);
    assertThat(evaluation.top1().value()).isEqualTo(1 / 7.0);
    assertThat(evaluation.top5().value()).isEqualTo(5 / 7.0);
  }

  @Test
  void equalProbabilities_rankTheLowerIndexFirst() {
    Evaluation evaluation = new Evaluation(6);
    float[] equal = {1 / 6f, 1 / 6f, 1 / 6f, 1 / 6f, 1 / 6f, 1 / 6f};

    assertThat(evaluation.add(0, equal)).isTrue();
    assertThat(evaluation.add(5, equal)).isFalse();

    assertThat(evaluation.top5().value()).isEqualTo(0.5);
  }

  /** Class 0: 3 images, 2 right; class 1: 1 image, right; class 2: no image, answered once. */
  @Test
  void classes_haveRecallPrecisionAndConfusion() {
    Evaluation evaluation = new Evaluation(3);
    evaluation.add(0, new float[] {1, 0, 0});
    evaluation.add(0, new float[] {1, 0, 0});
    evaluation.add(0, new float[] {0, 0, 1});
    evaluation.add(1, new float[] {0, 1, 0});

    ConfusionMatrix confusion = evaluation.confusion();
    assertThat(confusion.rows()).isEqualTo(new int[][] {{2, 0, 1}, {0, 1, 0}, {0, 0, 0}});
    assertThat(confusion.recall(0)).isEqualTo(2 / 3.0);
    assertThat(confusion.recall(2)).isNaN();
    assertThat(confusion.precision(0)).isEqualTo(1);
    assertThat(confusion.precision(2)).isZero();
    assertThat(confusion.balancedAccuracy()).isEqualTo((2 / 3.0 + 1) / 2);
    assertThat(evaluation.top1().value()).isEqualTo(0.75);
  }

  /**
   * Two answers at 0.9, one of them right, and one right answer at 0.6: the bins' gaps are |1.8 -
   * 1| and |0.6 - 1|, so the error is 1.2 / 3.
   */
  @Test
  void calibrationError_isTheWeightedGap() {
    Evaluation evaluation = new Evaluation(2);
    evaluation.add(0, new float[] {0.9f, 0.1f});
    evaluation.add(1, new float[] {0.9f, 0.1f});
    evaluation.add(1, new float[] {0.4f, 0.6f});

    assertThat(evaluation.calibrationError()).isCloseTo(0.4, within(1e-7));
  }

  /** Probabilities of one bin may balance: 0.95 twice, of which 1.9 - 1 - 1 = -0.1 remain. */
  @Test
  void calibrationError_balancesWithinABin() {
    CalibrationError error = new CalibrationError();
    assertThat(error.value()).isZero();

    error.add(0.95, true);
    error.add(0.95, true);
    error.add(1, true);
    assertThat(error.value()).isCloseTo(0.1 / 3, within(1e-12));

    error.add(0, false);
    assertThat(error.value()).isCloseTo(0.1 / 4, within(1e-12));
  }

  @Test
  void probabilities_ofOtherClasses_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Evaluation(3).add(0, new float[] {1, 0}))
        .withMessage("2 probabilities for 3 classes");
  }
}
