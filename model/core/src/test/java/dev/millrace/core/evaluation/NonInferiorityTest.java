package dev.millrace.core.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NonInferiorityTest {

  /**
   * Another program computed the expected values, with its own implementation of the normal
   * distribution.
   */
  @ParameterizedTest
  @CsvSource({
    "400, 10, 8, 0.03, 0.0030144",
    "1500, 40, 35, 0.01, 0.0138581",
    "300, 0, 0, 0.01, 0.0734391"
  })
  void p_isTheOneOfTango(int images, int gained, int lost, double loss, double p) {
    assertThat(NonInferiority.p(images, gained, lost, loss)).isEqualTo(p, within(1e-6));
  }

  @Test
  void p_withoutImages_excludesNothing() {
    assertThat(NonInferiority.p(0, 0, 0, 0.01)).isEqualTo(1);
  }

  @Test
  void bound_isTheSmallestLossThatIsExcluded() {
    double bound = NonInferiority.bound(400, 10, 8, 0.05);

    assertThat(NonInferiority.p(400, 10, 8, bound + 1e-6)).isLessThan(0.05);
    assertThat(NonInferiority.p(400, 10, 8, bound - 1e-6)).isGreaterThan(0.05);
    assertThat(NonInferiority.bound(400, 0, 400, 0.05)).isGreaterThan(0.99);
  }

  @ParameterizedTest
  @CsvSource({"0, 0.01, 361", "0.05, 0.01, 1498", "0.05, 0.02, 430", "0.1, 0.03, 354"})
  void imagesNeeded_isTheSmallestNumberThatCanPass(double differ, double loss, int images) {
    assertThat(NonInferiority.imagesNeeded(differ, loss, 0.05)).isEqualTo(images);
  }

  /**
   * Adds up the probabilities of all results with which the test passes. The true loss of accuracy
   * is 0.01, which is exactly the loss to exclude.
   */
  @ParameterizedTest
  @CsvSource({"361, 0.01", "361, 0.02", "400, 0.0125", "700, 0.04"})
  void test_passesInAtMostFivePercentOfTheCases(int images, double lost) {
    double gained = lost - 0.01;
    double passing = 0;
    for (int c = 0; c <= 80; c++) {
      for (int b = 0; b <= 80; b++) {
        if (NonInferiority.p(images, b, c, 0.01) < 0.05) {
          passing += probability(images, b, gained, c, lost);
        }
      }
    }
    assertThat(passing).isBetween(0.01, 0.05);
  }

  private static double probability(int n, int b, double gained, int c, double lost) {
    if (gained == 0 && b > 0) {
      return 0;
    }
    double logarithm = (n - b - c) * Math.log(1 - gained - lost) + c * Math.log(lost);
    logarithm += b == 0 ? 0 : b * Math.log(gained);
    for (int i = 0; i < b + c; i++) {
      logarithm += Math.log(n - i);
    }
    for (int i = 1; i <= b; i++) {
      logarithm -= Math.log(i);
    }
    for (int i = 1; i <= c; i++) {
      logarithm -= Math.log(i);
    }
    return Math.exp(logarithm);
  }
}
