package dev.millrace.core.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TemperatureTest {

  private static final int CLASSES = 5;

  private final Random random = new Random(7);
  private final List<float[]> logits = new ArrayList<>();
  private final List<Integer> truths = new ArrayList<>();

  /**
   * Adds images with random logits. The class of an image is drawn with the probabilities of the
   * softmax of its logits. The model's logits are these logits times {@code factor}.
   */
  private void addImages(int n, double factor) {
    for (int i = 0; i < n; i++) {
      float[] row = new float[CLASSES];
      for (int k = 0; k < CLASSES; k++) {
        row[k] = (float) (2 * random.nextGaussian());
      }
      truths.add(drawn(Temperature.probabilities(row, 1)));
      for (int k = 0; k < CLASSES; k++) {
        row[k] *= (float) factor;
      }
      logits.add(row);
    }
  }

  private int drawn(float[] probabilities) {
    double left = random.nextDouble();
    int index = -1;
    while (left >= 0 && index < CLASSES - 1) {
      left -= probabilities[++index];
    }
    return index;
  }

  @Test
  void fit_findsTheTemperatureThatMadeTheLogits() {
    addImages(20_000, 2.5);

    assertThat(Temperature.fit(logits, truths)).isCloseTo(2.5, within(0.06));
  }

  @Test
  void fit_isTheMinimumOfTheLogLoss() {
    addImages(500, 0.4);
    double fitted = Temperature.fit(logits, truths);

    double best = loss(fitted);
    assertThat(fitted).isBetween(0.3, 0.5);
    assertThat(best).isLessThan(loss(fitted * 1.03)).isLessThan(loss(fitted / 1.03));
  }

  private double loss(double temperature) {
    return figures(temperature).logLoss().value();
  }

  private Figures figures(double temperature) {
    Evaluation evaluation = new Evaluation(logits.get(0).length);
    for (int i = 0; i < logits.size(); i++) {
      evaluation.add(truths.get(i), Temperature.probabilities(logits.get(i), temperature));
    }
    return evaluation.figures();
  }

  @Test
  void fewImagesThatAreAllRight_giveAModerateTemperature() {
    for (int i = 0; i < 3; i++) {
      logits.add(new float[] {4, 0, -1});
      truths.add(0);
    }

    assertThat(Temperature.fit(logits, truths)).isBetween(0.7, 1.0);
  }

  @Test
  void logitsThatSayNothing_giveTheLargestTemperature() {
    for (int i = 0; i < 1_000; i++) {
      logits.add(new float[] {30, 0});
      truths.add(i % 2);
    }

    assertThat(Temperature.fit(logits, truths)).isEqualTo(Temperature.LIMIT);
  }

  @Test
  void noImages_giveOne() {
    assertThat(Temperature.fit(List.of(), List.of())).isEqualTo(1);
  }

  @Test
  void otherNumberOfClasses_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Temperature.fit(List.of(new float[] {1, 2}), List.of()))
        .withMessage("1 rows of logits for 0 images");
  }

  @Test
  void logitsOfProbabilities_giveTheSameTemperature() {
    addImages(1_000, 3);
    List<float[]> logarithms =
        logits.stream().map(row -> Temperature.logits(Temperature.probabilities(row, 1))).toList();

    assertThat(Temperature.fit(logarithms, truths))
        .isCloseTo(Temperature.fit(logits, truths), within(2e-3));
  }

  @Test
  void impossibleClass_hasAFiniteLogit() {
    assertThat(Temperature.logits(new float[] {1, 0})[1]).isBetween(-88f, -87f);
  }

  /**
   * The model is wrong only about the images of one fold. So the temperature that is fitted on the
   * other folds does not fit this fold.
   */
  @Test
  void crossFit_judgesNoImageByItsOwnTemperature() {
    for (int i = 0; i < 2 * CrossFit.FOLDS; i++) {
      logits.add(new float[] {2, -2});
      truths.add(i % CrossFit.FOLDS == 0 ? 1 : 0);
    }
    double others = Temperature.fit(logits.subList(1, 5), truths.subList(1, 5));

    double fitted = loss(Temperature.fit(logits, truths));
    assertThat(others).isLessThan(1);
    assertThat(CrossFit.of(logits, truths).figures().logLoss().value()).isGreaterThan(fitted * 1.2);
  }

  @Test
  void crossFit_keepsTheAccuracyAndLowersTheCalibrationError() {
    addImages(2_000, 3);
    Figures before = figures(1);

    CrossFit fit = CrossFit.of(logits, truths);
    Figures after = fit.figures();

    assertThat(fit.calibration().before()).isEqualTo(before.overall());
    assertThat(fit.calibration().changed()).isZero();
    assertThat(fit.calibration().temperature()).isEqualTo(Temperature.fit(logits, truths));
    assertThat(after.n()).isEqualTo(2_000);
    assertThat(after.top1()).isEqualTo(before.top1());
    assertThat(before.ece().low()).isGreaterThan(0.1);
    assertThat(after.ece().value()).isLessThan(0.03);
    assertThat(after.ece().low()).isZero();
  }
}
