package dev.millrace.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.core.model.ModelException;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgreementTest {

  private static final Rounding ONE_PERCENT = new Rounding(0.01);

  @Test
  void tolerance_isAFractionOfTheLargestScore() {
    Agreement agreement = agreement(-10, 0, 5);

    assertThat(agreement.tellsApart()).isTrue();
    assertThat(agreement.tolerance()).isEqualTo(0.1, within(1e-12));
    assertThat(agreement.strict()).isEqualTo(0.1, within(1e-12));
    assertThat(agreement.isRounding(new float[] {1}, new float[] {1.09f})).isTrue();
    assertThat(agreement.isRounding(new float[] {1}, new float[] {1.11f})).isFalse();
    assertThat(agreement.isRounding(new float[] {1}, new float[] {Float.NaN})).isFalse();
    assertThat(agreement.isRounding(new float[] {1}, new float[] {1, 1})).isFalse();
  }

  @Test
  void similarAnswers_makeTheToleranceStrict() {
    Agreement agreement = agreement(10, 10.04f, 10.12f);

    assertThat(agreement.tellsApart()).isTrue();
    assertThat(agreement.strict()).isEqualTo(0.01, within(1e-6));
    assertThat(agreement.isSameImage(new float[] {10}, new float[] {10.04f})).isFalse();
    assertThat(agreement.isRounding(new float[] {10}, new float[] {10.04f})).isTrue();
  }

  @Test
  void answersWithinRounding_cannotBeToldApart() {
    assertThat(agreement(10, 10.01f, 10.2f).tellsApart()).isFalse();
    assertThat(agreement(10, 10, 20).tellsApart()).isFalse();
    assertThat(agreement(0, 0, 0).tellsApart()).isFalse();
  }

  @Test
  void scoreThatIsNotFinite_isRefused() {
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> agreement(1, Float.NaN, 2))
        .withMessageStartingWith("the model answers NaN to a sample image: check its weights");
  }

  private static Agreement agreement(float... answers) {
    return Agreement.of(
        List.of(new float[] {answers[0]}, new float[] {answers[1]}, new float[] {answers[2]}),
        ONE_PERCENT);
  }
}
