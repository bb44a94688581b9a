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
