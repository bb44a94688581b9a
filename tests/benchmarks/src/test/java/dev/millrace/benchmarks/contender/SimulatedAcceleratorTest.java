package dev.millrace.benchmarks.contender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SimulatedAcceleratorTest {

  private static final long BEGIN = -5; // System.nanoTime() may be negative
  private static final int FULL = SimulatedAccelerator.MAX_BATCH_SIZE;

  private final SimulatedAccelerator device = SimulatedAccelerator.fast(BEGIN);

  private static long afterMicros(long micros) {
    return BEGIN + 1_000 * micros;
  }

  @Test
  void run_takesTwentyMillisecondsAndAFifthAnImage() {
    assertThat(device.end(BEGIN, 1)).isEqualTo(afterMicros(20_200));
  }

  @Test
  void runThatIsAskedForEarly_beginsWhenTheLastEnds() {
    assertThat(device.end(BEGIN, FULL)).isEqualTo(afterMicros(32_800));
    assertThat(device.end(afterMicros(1), FULL)).isEqualTo(afterMicros(65_600));
  }

  @Test
  void runThatIsAskedForLate_beginsThen() {
    device.end(BEGIN, FULL);
    assertThat(device.end(afterMicros(40_000), FULL)).isEqualTo(afterMicros(72_800));
  }

  @Test
  void rate_isThatOfFullRunsWithoutAPause() {
    long end = BEGIN;
    for (int i = 0; i < 10; i++) {
      end = device.end(BEGIN, FULL);
    }
    assertThat(SimulatedAccelerator.imagesPerSecond())
        .isCloseTo(10 * FULL / ((end - BEGIN) / 1e9), within(1e-6));
  }

  @Test
  void slowDevice_takesTwentyFiveMillisecondsAnImage() {
    SimulatedAccelerator slow = SimulatedAccelerator.slow(BEGIN);

    assertThat(slow.end(BEGIN, 1)).isEqualTo(afterMicros(25_000));
    assertThat(slow.end(BEGIN, 4)).isEqualTo(afterMicros(125_000));
    assertThat(SimulatedAccelerator.slowImagesPerSecond()).isCloseTo(40, within(1e-6));
  }
}
