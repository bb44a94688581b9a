package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class InferenceConfigTest {

  @Test
  void window_isAQuarterShortOfFourBatches_unlessItIsGiven() {
    assertThat(config().maxBatchSize(64).build().maxInFlight()).isEqualTo(240);
    assertThat(config().maxBatchSize(1).build().maxInFlight()).isEqualTo(4);
    assertThat(config().maxBatchSize(64).maxInFlight(7).build().maxInFlight()).isEqualTo(7);
  }

  private static InferenceConfig.Builder config() {
    return InferenceConfig.builder(Path.of("models"), "resnet20");
  }
}
