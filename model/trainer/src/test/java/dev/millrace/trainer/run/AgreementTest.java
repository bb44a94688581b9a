package dev.millrace.trainer.run;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.core.training.TrainingException;
import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgreementTest {

  private static FloatBuffer values(float... values) {
    return FloatBuffer.wrap(values);
  }

  @Test
  void answersAlike_agree() {
    assertThatCode(() -> Agreement.require(values(0.25f, 0.75f, 0), values(0.25009f, 0.74991f, 0)))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(floats = {0.2502f, 0.2498f, Float.NaN, Float.POSITIVE_INFINITY})
  void oneAnswerApart_isRefused_whereverItIs(float apart) {
    for (int i = 0; i < 3; i++) {
      float[] exported = {0.25f, 0.25f, 0.25f};
      exported[i] = apart;
      assertThatExceptionOfType(TrainingException.class)
          .isThrownBy(
              () -> Agreement.require(values(0.25f, 0.25f, 0.25f), FloatBuffer.wrap(exported)))
          .withMessageContaining("not published");
    }
  }

  @Test
  void networkThatAnswersNoNumber_isRefused() {
    assertThatExceptionOfType(TrainingException.class)
        .isThrownBy(() -> Agreement.require(values(Float.NaN, 1), values(0, 1)));
  }
}
