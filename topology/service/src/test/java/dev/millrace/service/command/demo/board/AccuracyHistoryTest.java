package dev.millrace.service.command.demo.board;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Tests the accuracy over time. */
class AccuracyHistoryTest {

  private final AccuracyHistory history = new AccuracyHistory();

  @Test
  void point_coversTheLastPredictionsOnly() {
    for (int i = 0; i < AccuracyHistory.WINDOW; i++) {
      history.add(false, i);
    }
    for (int i = 0; i < AccuracyHistory.WINDOW / 2; i++) {
      history.add(true, AccuracyHistory.WINDOW + i);
    }

    assertThat(last()).isEqualTo(0.5);

    for (int i = 0; i < AccuracyHistory.WINDOW; i++) {
      history.add(true, 2 * AccuracyHistory.WINDOW + i);
    }

    assertThat(last()).isEqualTo(1);
  }

  @Test
  void fewPredictions_makeNoPoint() {
    for (int i = 0; i < 19; i++) {
      history.add(true, i);
    }
    assertThat(history.points()).isEmpty();

    history.add(false, 19);

    assertThat(history.points()).containsExactly(new AccuracyHistory.Point(19, 19 / 20.0));
  }

  @Test
  void longHistory_keepsItsSpan_inABoundedNumberOfPoints() {
    for (int i = 0; i < 100_000; i++) {
      history.add(i % 2 == 0, i);
    }

    assertThat(history.points()).hasSizeBetween(256, 1_024);
    assertThat(history.points().get(0).seconds()).isLessThan(200);
    assertThat(history.points().get(history.points().size() - 1).seconds()).isGreaterThan(99_000);
    assertThat(history.points())
        .isSortedAccordingTo((a, b) -> Double.compare(a.seconds(), b.seconds()));
  }

  private double last() {
    return history.points().get(history.points().size() - 1).accuracy();
  }
}
