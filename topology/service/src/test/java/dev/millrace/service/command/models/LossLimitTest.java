package dev.millrace.service.command.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.evaluation.Proportion;
import dev.millrace.core.model.Quantization.Changes;
import dev.millrace.core.model.Quantization.Judgement;
import org.junit.jupiter.api.Test;

class LossLimitTest {

  @Test
  void unknownClasses_allowTwoPercentDifferentAnswers() {
    LossLimit limit = new LossLimit(null);

    assertThat(limit.allows(agreement(4))).isTrue();
    assertThat(limit.allows(agreement(5))).isFalse();
    assertThat(limit.fewest(false)).isEqualTo(100);
  }

  @Test
  void knownClasses_allowHalfAPoint() {
    LossLimit limit = new LossLimit(null);

    assertThat(limit.allows(accuracy(1))).isTrue();
    assertThat(limit.allows(accuracy(2))).isFalse();
    assertThat(limit.fewest(true)).isEqualTo(200);
  }

  @Test
  void givenLimit_appliesToBothMeasures() {
    LossLimit limit = new LossLimit(1.0);

    assertThat(limit.allows(agreement(2))).isTrue();
    assertThat(limit.allows(agreement(3))).isFalse();
    assertThat(limit.allows(accuracy(2))).isTrue();
    assertThat(limit.allows(accuracy(3))).isFalse();
  }

  private static Judgement agreement(int different) {
    return new Judgement(
        Judgement.AGREEMENT, 200, null, Proportion.of(200 - different, 200), null, "amd64");
  }

  private static Judgement accuracy(int lost) {
    return new Judgement(
        Judgement.ACCURACY,
        200,
        Proportion.of(180, 200),
        Proportion.of(180 - lost, 200),
        Changes.of(200, lost, 0),
        "amd64");
  }
}
