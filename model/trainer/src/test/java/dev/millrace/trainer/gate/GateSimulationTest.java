package dev.millrace.trainer.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.evaluation.Proportion;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Simulates 2,000 series of rounds, without a training. */
class GateSimulationTest {

  @ParameterizedTest
  @CsvSource({
    "400, 0.05, 0",
    "400, 0.1, 0",
    "400, 0.2, 0",
    "400, 0.1, 0.9",
    "1000, 0.1, 0",
    "100, 0.2, 0"
  })
  void equalCandidates_arePromotedInAtMostFivePercentOfTheSeries(
      int images, double differ, double kept) {
    int promoted = new GateSimulation(images, differ, kept).promoted(0, Spending.ROUNDS);

    assertThat(Proportion.of(promoted, GateSimulation.series()))
        .satisfies(
            share -> {
              assertThat(share.value()).isBetween(0.002, 0.05);
              assertThat(share.high()).isLessThan(0.06);
            });
  }

  @ParameterizedTest
  @CsvSource({"0.05", "0.1", "0.15", "0.2"})
  void candidateThatIsBetterByFivePoints_isPromotedWithinFiveRounds(double differ) {
    int promoted = new GateSimulation(400, differ, 0).promoted(0.05, 5);

    assertThat(GateSimulation.share(promoted)).isGreaterThan(0.8);
  }
}
