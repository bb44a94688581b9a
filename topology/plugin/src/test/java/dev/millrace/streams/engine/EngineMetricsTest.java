package dev.millrace.streams.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class EngineMetricsTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @Test
  void versionLoadedTwice_keepsItsMetricsUntilBothAreGone() {
    EngineMetrics metrics = new EngineMetrics(registry);
    metrics.lease(FakeModel.version(), 4);
    metrics.lease(FakeModel.version(), 4);

    metrics.giveBack(FakeModel.version());
    assertThat(registry.find("millrace.inference.count").meters()).hasSize(1);
    metrics.giveBack(FakeModel.version());
    assertThat(registry.find("millrace.inference.count").meters()).isEmpty();
  }
}
