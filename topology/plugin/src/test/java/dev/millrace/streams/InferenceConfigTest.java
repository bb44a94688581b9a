package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.model.Device;
import dev.millrace.streams.engine.EngineConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class InferenceConfigTest {

  @Test
  void window_isAQuarterShortOfFourBatches_unlessItIsGiven() {
    assertThat(config().maxBatchSize(64).build().maxInFlight()).isEqualTo(240);
    assertThat(config().maxBatchSize(1).build().maxInFlight()).isEqualTo(4);
    assertThat(config().maxBatchSize(64).maxInFlight(7).build().maxInFlight()).isEqualTo(7);
  }

  @Test
  void cpu_getsSmallBatchesThatDoNotWait() {
    EngineConfig engine = InferenceConfig.of(Path.of("models"), "resnet20").engine();
    assertThat(engine.devices()).containsExactly(Device.CPU);
    assertThat(engine.maxBatchSize()).isEqualTo(8);
    assertThat(engine.longestRun()).isEqualTo(Duration.ofMillis(80));
    assertThat(engine.linger()).isZero();
    assertThat(config().maxBatchSize(8).build().engine().longestRun())
        .isEqualTo(EngineConfig.UNLIMITED);
  }

  @Test
  void gpu_getsLargeBatchesThatWaitToFill() {
    EngineConfig engine =
        config().devices(List.of(Device.CPU, Device.parse("cuda:1"))).build().engine();
    assertThat(engine.maxBatchSize()).isEqualTo(64);
    assertThat(engine.longestRun()).isEqualTo(EngineConfig.UNLIMITED);
    assertThat(engine.linger()).isEqualTo(Duration.ofMillis(5));
    assertThat(engine.runsPerDevice()).isEqualTo(2);
  }

  @Test
  void valuesGiven_replaceTheDefaults() {
    InferenceConfig config =
        config()
            .linger(Duration.ofMillis(3))
            .decodeThreads(7)
            .top(2)
            .probabilities(false)
            .build()
            .withVersion(9);
    assertThat(config.engine().linger()).isEqualTo(Duration.ofMillis(3));
    assertThat(config.engine().decodeThreads()).isEqualTo(7);
    assertThat(config.top()).isEqualTo(2);
    assertThat(config.probabilities()).isFalse();
    assertThat(config.version()).isEqualTo(9);
  }

  private static InferenceConfig.Builder config() {
    return InferenceConfig.builder(Path.of("models"), "resnet20");
  }
}
