package dev.millrace.streams.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class EngineConfigTest {

  private static final Device GPU = Device.parse("cuda:0");

  private static EngineConfig config(
      List<Device> devices,
      int maxBatchSize,
      Duration longest,
      Duration linger,
      int decode,
      int runs) {
    return new EngineConfig(
        devices, maxBatchSize, longest, linger, decode, runs, ImageLimits.DEFAULT);
  }

  private static EngineConfig of(int maxBatchSize, Duration longest, Duration linger) {
    return config(List.of(Device.CPU), maxBatchSize, longest, linger, 1, 1);
  }

  private static Stream<Arguments> refused() {
    Duration second = Duration.ofSeconds(1);
    List<Device> cpu = List.of(Device.CPU);
    return Stream.of(
        refused("device: none is given", () -> config(List.of(), 1, second, second, 1, 1)),
        refused(
            "device: [cpu, cpu] names a device twice",
            () -> config(List.of(Device.CPU, Device.CPU), 1, second, second, 1, 1)),
        refused("max-batch-size: 0 is not between 1 and 1024", () -> of(0, second, second)),
        refused("max-batch-size: 1025 is not", () -> of(1025, second, second)),
        refused("longest-run: PT0S must be above 0", () -> of(1, Duration.ZERO, second)),
        refused("longest-run: PT-1S must be", () -> of(1, second.negated(), second)),
        refused("linger: PT-1S is not between", () -> of(1, second, second.negated())),
        refused("linger: PT11S is not", () -> of(1, second, Duration.ofSeconds(11))),
        refused("decode-threads: 0 must be at least 1", () -> config(cpu, 1, second, second, 0, 1)),
        refused(
            "runs-per-device: 0 must be at least 1", () -> config(cpu, 1, second, second, 1, 0)));
  }

  private static Arguments refused(String message, Supplier<EngineConfig> config) {
    return Arguments.of(message, config);
  }

  @ParameterizedTest
  @MethodSource("refused")
  void invalidValue_isRefusedByItsKey(String message, Supplier<EngineConfig> config) {
    assertThatThrownBy(config::get)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void limits_areAllowed() {
    assertThat(of(1, Duration.ofNanos(1), Duration.ZERO).maxBatchSize()).isEqualTo(1);
    assertThat(of(1024, EngineConfig.UNLIMITED, Duration.ofSeconds(10)).maxBatchSize())
        .isEqualTo(1024);
  }

  @Test
  void batches_areThoseThatRun_asManyThatWait_andOneThatFills() {
    EngineConfig config =
        config(List.of(Device.CPU, GPU), 8, EngineConfig.UNLIMITED, Duration.ZERO, 1, 3);
    assertThat(config.batches()).isEqualTo(13);
  }
}
