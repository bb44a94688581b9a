package dev.millrace.core.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairedGainTest {

  /**
   * Another program computed the expected values, with its own implementation of the normal
   * distribution.
   */
  @ParameterizedTest
  @CsvSource({
    "512, 12, 2, 1.95, 0.50, 3.83",
    "512, 2, 12, -1.95, -3.83, -0.50",
    "512, 0, 0, 0, -0.93, 0.93",
    "1500, 40, 35, 0.33, -0.85, 1.53",
    "300, 300, 0, 100, 97.15, 100",
    "300, 0, 300, -100, -100, -97.15",
    "1, 1, 0, 100, -76.42, 100"
  })
  void interval_isTheOneOfTango(
      int images, int gained, int lost, double value, double low, double high) {
    Estimate gain = PairedGain.inPoints(images, gained, lost);

    assertThat(gain.value()).isEqualTo(value, within(0.005));
    assertThat(gain.low()).isEqualTo(low, within(0.005));
    assertThat(gain.high()).isEqualTo(high, within(0.005));
  }

  @Test
  void gain_withoutImages_mayBeAny() {
    Estimate gain = PairedGain.inPoints(0, 0, 0);

    assertThat(gain.value()).isZero();
    assertThat(gain.low()).isEqualTo(-100, within(1e-9));
    assertThat(gain.high()).isEqualTo(100, within(1e-9));
  }

  /**
   * Adds up the probabilities of all results whose interval holds the true gain, of 400 images. The
   * chances are those of an image that only the first, and only the second, classifier classifies
   * correctly.
   */
  @ParameterizedTest
  @CsvSource({"0.02, 0.02", "0.03, 0.01", "0.002, 0.01"})
  void interval_holdsTheTrueGainInAtLeast95PercentOfTheCases(double gain, double loss) {
    int images = 400;
    double held = 0;
    for (int gained = 0; gained <= 40; gained++) {
      for (int lost = 0; lost <= 40; lost++) {
        Estimate interval = PairedGain.inPoints(images, gained, lost);
        double points = 100 * (gain - loss);
        if (interval.low() <= points && points <= interval.high()) {
          held += probability(images, gained, gain, lost, loss);
        }
      }
    }
    assertThat(held).isBetween(0.95, 0.995);
  }

  /** Returns the probability of these numbers of images, by the trinomial distribution. */
  private static double probability(int images, int gained, double gain, int lost, double loss) {
    double log = (images - gained - lost) * Math.log(1 - gain - loss);
    for (int i = 1; i <= gained + lost; i++) {
      log += Math.log(images - gained - lost + i);
    }
    for (int i = 1; i <= gained; i++) {
      log += Math.log(gain / i);
    }
    for (int i = 1; i <= lost; i++) {
      log += Math.log(loss / i);
    }
    return Math.exp(log);
  }
}
