package dev.millrace.service.command.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.core.evaluation.Proportion;
import dev.millrace.core.model.Quantization;
import dev.millrace.core.model.Quantization.Speed;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.service.command.lifecycle.CommandException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the gate with models that only move a clock. */
class SpeedGateTest {

  private static final boolean REQUIRED = true;
  private static final byte[] IMAGE = new byte[3];

  private long nanos = 7;

  /** A model whose runs take a time. */
  private final class Timed implements ModelSession {

    private final int millis;

    Timed(int millis) {
      this.millis = millis;
    }

    @Override
    public int classes() {
      return 10;
    }

    @Override
    public int inputWidth() {
      return 1;
    }

    @Override
    public int inputHeight() {
      return 1;
    }

    @Override
    public void run(ByteBuffer pixels, int images, FloatBuffer probabilities) {
      nanos += millis * 1_000_000L;
    }

    @Override
    public void close() {}
  }

  private Speed measure(boolean requireFaster, int float32Millis, int int8Millis) {
    return new SpeedGate(requireFaster, () -> nanos)
        .measure(new Timed(float32Millis), new Timed(int8Millis), IMAGE);
  }

  @Test
  void slowerVersion_isRefused_withBothSpeedsAndWhatToDo() {
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> measure(REQUIRED, 20, 25))
        .withMessage(
            "the int8 version is not faster on this processor (40.0 images/s, float32: 50.0) and"
                + " was not published; leave out --require-faster, or try --reduce-range");
  }

  @Test
  void equallyFastVersion_isRefused() {
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> measure(REQUIRED, 20, 20))
        .withMessageContaining("is not faster on this processor (50.0 images/s, float32: 50.0)");
  }

  @Test
  void fasterVersion_isAllowed() {
    Speed speed = measure(REQUIRED, 20, 19);

    assertThat(speed.float32()).isCloseTo(50, within(1e-9));
    assertThat(speed.ratio()).isCloseTo(20.0 / 19, within(1e-9));
  }

  /** The version may later serve on another processor. */
  @ParameterizedTest
  @CsvSource({
    "25, '40.0 images/s on one thread, float32 50.0 (0.80 times as fast) on amd64'",
    "20, '50.0 images/s on one thread, float32 50.0 (1.00 times as fast) on amd64'",
    "10, '100.0 images/s on one thread, float32 50.0 (2.00 times as fast) on amd64'"
  })
  void withoutTheOption_eachSpeedIsAllowed_andTold(int int8Millis, String text) {
    Speed speed = measure(false, 20, int8Millis);

    assertThat(QuantizationText.speed(quantization(speed))).isEqualTo(text);
  }

  private static Quantization quantization(Speed speed) {
    Quantization.Judgement judgement =
        new Quantization.Judgement(
            Quantization.Judgement.AGREEMENT, 200, null, Proportion.of(199, 200), null, "amd64");
    return new Quantization(
        "min-max",
        false,
        false,
        List.of(),
        null,
        judgement,
        speed,
        new Quantization.Reference("answers", 16, 0.1));
  }
}
