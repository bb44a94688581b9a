package dev.millrace.core.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class LearningRateTest {

  private static final Offset<Double> CLOSE = Offset.offset(1e-12);
  private static final int EPOCHS = 4;
  private static final long STEPS = 40;

  private static double at(long step, Schedule schedule, WarmUp warmUp) {
    return new LearningRate(0.2, schedule, warmUp, 1).at(step, STEPS, EPOCHS);
  }

  @Test
  void withoutWarmUp_startsAtThePeak() {
    assertThat(at(0, Schedule.COSINE, WarmUp.NONE)).isCloseTo(0.2, CLOSE);
    assertThat(at(20, Schedule.COSINE, WarmUp.NONE)).isCloseTo(0.1, CLOSE);
  }

  /** He et al. (2015), section 4.2: a tenth after half of the steps, and after three quarters. */
  @Test
  void step_dropsTwice() {
    assertThat(at(0, Schedule.STEP, WarmUp.NONE)).isCloseTo(0.2, CLOSE);
    assertThat(at(19, Schedule.STEP, WarmUp.NONE)).isCloseTo(0.2, CLOSE);
    assertThat(at(20, Schedule.STEP, WarmUp.NONE)).isCloseTo(0.02, CLOSE);
    assertThat(at(29, Schedule.STEP, WarmUp.NONE)).isCloseTo(0.02, CLOSE);
    assertThat(at(30, Schedule.STEP, WarmUp.NONE)).isCloseTo(0.002, CLOSE);
    assertThat(at(39, Schedule.STEP, WarmUp.NONE)).isCloseTo(0.002, CLOSE);
  }

  /**
   * The defaults of PyTorch's {@code OneCycleLR}: from 1/25 of the peak to the peak in 30 % of the
   * steps, and then to 1/10,000 of the first rate.
   */
  @Test
  void oneCycle_risesAndFalls() {
    assertThat(at(0, Schedule.ONE_CYCLE, WarmUp.NONE)).isCloseTo(0.2 / 25, CLOSE);
    assertThat(at(3, Schedule.ONE_CYCLE, WarmUp.NONE))
        .isCloseTo(0.2 - 0.192 * (2 + Math.sqrt(2)) / 4, CLOSE);
    assertThat(at(6, Schedule.ONE_CYCLE, WarmUp.NONE)).isCloseTo((0.2 / 25 + 0.2) / 2, CLOSE);
    assertThat(at(12, Schedule.ONE_CYCLE, WarmUp.NONE)).isCloseTo(0.2, CLOSE);
    assertThat(at(26, Schedule.ONE_CYCLE, WarmUp.NONE)).isCloseTo((0.2 + 8e-7) / 2, CLOSE);
    assertThat(at(STEPS, Schedule.ONE_CYCLE, WarmUp.NONE)).isCloseTo(0.2 / 25 / 1e4, CLOSE);
  }

  @Test
  void linearWarmUp_risesToTheRateOfTheSchedule() {
    WarmUp epoch = new WarmUp(1, WarmUp.Shape.LINEAR);
    assertThat(at(0, Schedule.STEP, epoch)).isCloseTo(0.02, CLOSE);
    assertThat(at(4, Schedule.STEP, epoch)).isCloseTo(0.1, CLOSE);
    assertThat(at(9, Schedule.STEP, epoch)).isCloseTo(0.2, CLOSE);
    assertThat(at(10, Schedule.STEP, epoch)).isCloseTo(0.2, CLOSE);
    assertThat(at(20, Schedule.STEP, epoch)).isCloseTo(0.02, CLOSE);
  }

  @Test
  void constantWarmUp_staysAtATenth() {
    WarmUp halfAnEpoch = new WarmUp(0.5, WarmUp.Shape.CONSTANT);
    assertThat(at(0, Schedule.STEP, halfAnEpoch)).isCloseTo(0.02, CLOSE);
    assertThat(at(4, Schedule.STEP, halfAnEpoch)).isCloseTo(0.02, CLOSE);
    assertThat(at(5, Schedule.STEP, halfAnEpoch)).isCloseTo(0.2, CLOSE);
  }

  @Test
  void warmUpThatCannotBe_isRefused() {
    WarmUp epoch = new WarmUp(1, WarmUp.Shape.LINEAR);
    assertThatThrownBy(() -> new LearningRate(0.1, Schedule.ONE_CYCLE, epoch, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("warm-up: 1.0 must be 0 with the schedule one_cycle");
    assertThatThrownBy(
            () ->
                new Optimization(
                    2,
                    0,
                    Sampling.DEFAULTS,
                    new LearningRate(0.1, Schedule.STEP, new WarmUp(3, WarmUp.Shape.LINEAR), 1),
                    Optimizer.DEFAULTS,
                    0,
                    false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("warm-up: 3.0 is more than the 2 epochs");
  }

  @Test
  void rateOfTheBackbone_outOfRange_isRefused() {
    for (double factor : new double[] {0, 1.5, Double.NaN}) {
      assertThatThrownBy(() -> new LearningRate(0.1, Schedule.STEP, WarmUp.NONE, factor))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("backbone-rate: " + factor);
    }
  }
}
