package dev.millrace.onnx.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.core.model.Quantization.Speed;
import dev.millrace.core.runtime.ModelSession;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

/** Tests the measurement with models that only move a clock. */
class SpeedTestTest {

  private static final byte[] IMAGE = {1, 2, 3};
  private static final int WARM_UP = 5;
  private static final int MOST = 201;

  private final List<String> order = new ArrayList<>();
  private long nanos = 7;

  /** A model whose runs take a time. */
  private final class Timed implements ModelSession {

    private final String name;
    private final IntUnaryOperator millis;
    private int runs;

    /**
     * @param millis returns the time of a run, in ms, from the run's number, which begins with 0
     */
    Timed(String name, IntUnaryOperator millis) {
      this.name = name;
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
      assertThat(images).isEqualTo(1);
      assertThat(pixels.get(2)).isEqualTo((byte) 3);
      assertThat(probabilities.remaining()).isEqualTo(classes());
      order.add(name);
      nanos += millis.applyAsInt(runs++) * 1_000_000L;
    }

    @Override
    public void close() {}
  }

  private Speed measure(IntUnaryOperator float32, IntUnaryOperator int8) {
    return new SpeedTest(() -> nanos)
        .measure(new Timed("float32", float32), new Timed("int8", int8), IMAGE);
  }

  @Test
  void speeds_areImagesPerSecond_andTheirRatioIsThatOfInt8() {
    Speed speed = measure(run -> 20, run -> 8);

    assertThat(speed.float32()).isCloseTo(50, within(1e-9));
    assertThat(speed.int8()).isCloseTo(125, within(1e-9));
    assertThat(speed.ratio()).isCloseTo(2.5, within(1e-9));
  }

  @Test
  void slowerModel_hasARatioBelowOne_andAnEquallyFastOneHasOne() {
    assertThat(measure(run -> 20, run -> 25).ratio()).isCloseTo(0.8, within(1e-9));
    assertThat(measure(run -> 20, run -> 20).ratio()).isEqualTo(1);
  }

  /** Other programs may use the processor for a moment. */
  @Test
  void fewSlowRuns_doNotCount() {
    Speed speed = measure(run -> run % 5 == 0 ? 900 : 20, run -> run % 3 == 0 ? 800 : 10);

    assertThat(speed.ratio()).isCloseTo(2, within(1e-9));
  }

  /** Other load on the machine then slows both models. */
  @Test
  void runs_alternate() {
    measure(run -> 2, run -> 1);

    assertThat(order).hasSize(2 * (WARM_UP + MOST));
    for (int i = 0; i < order.size(); i += 2) {
      assertThat(order.subList(i, i + 2)).containsExactly("float32", "int8");
    }
  }

  @Test
  void slowModels_runElevenTimes_evenIfThatTakesLong() {
    measure(run -> 5_000, run -> 5_000);

    assertThat(order).hasSize(2 * (WARM_UP + 11));
  }

  /** Each pair of runs takes 100 ms, after a slow warm-up that does not count. */
  @Test
  void measurement_endsAfterSixSeconds() {
    measure(run -> run < WARM_UP ? 900 : 60, run -> 40);

    assertThat(order).hasSize(2 * (WARM_UP + 60));
  }
}
