package dev.millrace.core.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvaluationTest {

  /**
   * The first four rows are the examples of Newcombe, "Two-sided confidence intervals for the
   * single proportion" (1998), table I, method 3: 81 of 263, 15 of 148, 0 of 20 and 1 of 29.
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
  void proportion_ofAShare_countsTheImages() {
    assertThat(Proportion.ofShare(0.715, 400)).isEqualTo(Proportion.of(286, 400));
    assertThat(Proportion.ofShare(1.0 / 3, 9)).isEqualTo(Proportion.of(3, 9));
    assertThat(Proportion.of(412, 500).inPercent()).isEqualTo("82.4 % (78.8 to 85.5)");
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

  /**
   * Class 0 has three images, of which two are classified correctly. Class 1 has one image, which
   * is classified correctly. Class 2 has no image, but one image is classified as class 2.
   */
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
   * Two answers have a probability of 0.9, and one of them is right. A third answer has a
   * probability of 0.6 and is right. The gaps of the two bins are |1.8 - 1| and |0.6 - 1|, so the
   * error is 1.2 / 3.
   */
  @Test
  void calibrationError_isTheWeightedGap() {
    Evaluation evaluation = new Evaluation(2);
    evaluation.add(0, new float[] {0.9f, 0.1f});
    evaluation.add(1, new float[] {0.9f, 0.1f});
    evaluation.add(1, new float[] {0.4f, 0.6f});

    assertThat(evaluation.calibrationError()).isCloseTo(0.4, within(1e-7));
  }

  /**
   * The gap of a bin is the sum of its probabilities minus the number of its right answers. For
   * three right answers with the probabilities 0.95, 0.95 and 1, the gap is 2.9 - 3 = -0.1.
   */
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

  /** The mean of -ln 0.5 and -ln 0.25 is 1.0397; Student's quantile for two images is 12.706. */
  @Test
  void logLoss_hasStudentsInterval() {
    Evaluation evaluation = new Evaluation(2);
    evaluation.add(0, new float[] {0.5f, 0.5f});
    assertThat(evaluation.figures().logLoss().high()).isGreaterThan(87);
    assertThat(evaluation.figures().logLoss().low()).isZero();

    evaluation.add(1, new float[] {0.75f, 0.25f});

    Estimate loss = evaluation.figures().logLoss();
    assertThat(loss.value()).isCloseTo(1.0397, within(1e-4));
    assertThat(loss.low()).isZero();
    assertThat(loss.high()).isCloseTo(1.0397 + 12.7062 * 0.3466, within(1e-3));
  }

  /** Student's 97.5 % quantile is 2.2281 for 10 degrees of freedom; the losses have variance 11. */
  @Test
  void logLoss_ofElevenImages_hasStudentsInterval() {
    LogLoss loss = new LogLoss();
    double[] losses = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    for (double one : losses) {
      loss.add((float) Math.exp(-one));
    }

    assertThat(loss.estimate().value()).isCloseTo(6, within(1e-5));
    assertThat(loss.estimate().high()).isCloseTo(6 + 2.2281 * Math.sqrt(11 / 11.0), within(2e-3));
  }

  /**
   * One class has 20 right answers of 20, the other class has none of 20. Their Wilson intervals
   * are 0.8389 to 1, and 0 to 0.1611.
   */
  @Test
  void balancedAccuracy_hasAnIntervalEvenAtTheEnds() {
    ConfusionMatrix confusion = new ConfusionMatrix(3);
    confusion.add(0, 0, 20);
    confusion.add(1, 0, 20);

    Estimate balanced = confusion.balanced();

    assertThat(balanced.value()).isEqualTo(0.5);
    assertThat(balanced.low()).isCloseTo(0.5 - 0.1611 / 2, within(1e-4));
    assertThat(balanced.high()).isCloseTo(0.5 + 0.1611 / 2, within(1e-4));
  }

  /**
   * In 400 samples, a 95 % interval misses the true value about 20 times. The test allows up to 29
   * misses, because the number varies by chance.
   */
  @Test
  void intervals_holdTheTruth() {
    Random random = new Random(3);
    int[] missed = new int[2];
    for (int sample = 0; sample < 400; sample++) {
      Evaluation evaluation = new Evaluation(2);
      for (int i = 0; i < 200; i++) {
        // The answer is always class 0, with a probability of 0.9 or 0.6, and it is right with a
        // probability of 0.8 or 0.6.
        boolean sure = i % 2 == 0;
        int truth = random.nextDouble() < (sure ? 0.8 : 0.6) ? 0 : 1;
        evaluation.add(truth, sure ? new float[] {0.9f, 0.1f} : new float[] {0.6f, 0.4f});
      }
      Figures figures = evaluation.figures();
      missed[0] += holds(figures.ece(), 0.05) ? 0 : 1;
      double loss = -(0.8 * Math.log(0.9) + 0.2 * Math.log(0.1)) / 2;
      missed[1] += holds(figures.logLoss(), loss + entropy(0.6) / 2) ? 0 : 1;
    }

    assertThat(missed[0]).as("calibration error").isLessThan(30);
    assertThat(missed[1]).as("log loss").isLessThan(30);
  }

  private static boolean holds(Interval interval, double truth) {
    return interval.low() <= truth && truth <= interval.high();
  }

  private static double entropy(double p) {
    return -p * Math.log(p) - (1 - p) * Math.log(1 - p);
  }

  @Test
  void figures_keepTheConfusionMatrix() {
    Evaluation evaluation = new Evaluation(3);
    evaluation.add(0, new float[] {1, 0, 0});
    evaluation.add(0, new float[] {0, 0, 1});
    evaluation.add(2, new float[] {0, 0, 1});

    Figures figures = evaluation.figures();

    assertThat(figures.matrix().rows()).isEqualTo(new int[][] {{1, 0, 1}, {0, 0, 0}, {0, 0, 1}});
    assertThat(figures.perClass().get(0)).isEqualTo(new Figures.OfClass(2, Proportion.of(1, 2)));
    assertThat(figures.perClass().get(1)).isEqualTo(new Figures.OfClass(0, null));
    assertThatIllegalStateException().isThrownBy(() -> figures.overall().matrix());
    assertThat(figures.overall().top1()).isEqualTo(figures.top1());
  }
}
