package dev.millrace.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AnswerKindTest {

  private static final double TOLERANCE = 1e-3;

  @Test
  void exclusiveClasses_needADistribution() {
    assertThat(AnswerKind.EXCLUSIVE.problem(new float[] {0.25f, 0.75f}, TOLERANCE)).isNull();
    assertThat(AnswerKind.EXCLUSIVE.problem(new float[] {0.25f, 0.5f}, TOLERANCE))
        .isEqualTo("probabilities that sum to 0.75, not 1");
    assertThat(AnswerKind.EXCLUSIVE.problem(new float[] {-0.5f, 1.5f}, TOLERANCE))
        .isEqualTo("a probability of -0.5");
    assertThat(AnswerKind.EXCLUSIVE.problem(new float[] {Float.NaN, 1}, TOLERANCE))
        .isEqualTo("probabilities that sum to NaN, not 1");
  }

  @Test
  void answers_areTheSame_ifTheBestClassIs_orEachDecisionOfIndependentClasses() {
    float[] answer = {0.6f, 0.7f, 0.1f};
    float[] sameBest = {0.1f, 0.9f, 0.1f};
    float[] sameDecisions = {0.5f, 0.5f, 0.49f};

    assertThat(AnswerKind.EXCLUSIVE.isSameAnswer(answer, sameBest)).isTrue();
    assertThat(AnswerKind.COARSE.isSameAnswer(answer, sameBest)).isTrue();
    assertThat(AnswerKind.INDEPENDENT.isSameAnswer(answer, sameBest)).isFalse();
    assertThat(AnswerKind.EXCLUSIVE.isSameAnswer(answer, sameDecisions)).isFalse();
    assertThat(AnswerKind.INDEPENDENT.isSameAnswer(answer, sameDecisions)).isTrue();
  }

  @Test
  void otherClasses_needProbabilitiesAlone() {
    for (AnswerKind kind : new AnswerKind[] {AnswerKind.INDEPENDENT, AnswerKind.COARSE}) {
      assertThat(kind.problem(new float[] {1, 1, 0}, TOLERANCE)).isNull();
      assertThat(kind.problem(new float[] {0, 0, 0}, TOLERANCE)).isNull();
      assertThat(kind.problem(new float[] {0, 2}, TOLERANCE)).isEqualTo("a probability of 2.0");
      assertThat(kind.problem(new float[] {Float.NaN}, TOLERANCE))
          .isEqualTo("a probability of NaN");
    }
  }
}
