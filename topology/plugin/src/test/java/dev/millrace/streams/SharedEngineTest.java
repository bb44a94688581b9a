package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.streams.engine.EngineConfig;
import dev.millrace.streams.engine.EngineMetrics;
import dev.millrace.streams.engine.FakeDecoder;
import dev.millrace.streams.engine.FakeModel;
import dev.millrace.streams.engine.InferenceEngine;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SharedEngineTest {

  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final FakeModel model = new FakeModel();
  private final SharedEngine shared = new SharedEngine(this::start);

  private InferenceEngine start(Optional<ModelVersion> version) {
    return InferenceEngine.start(
        new EngineConfig(List.of(Device.CPU), 1, Duration.ZERO, 1, 1, ImageLimits.DEFAULT),
        model,
        version.orElse(FakeModel.version()),
        () -> new FakeDecoder(new CountDownLatch(0)),
        new EngineMetrics(new SimpleMeterRegistry()),
        System::nanoTime);
  }

  @Test
  void users_shareOneEngine() {
    InferenceEngine first = shared.acquire(LIMIT);

    assertThat(shared.acquire(LIMIT)).isSameAs(first);
    shared.close();
    assertThat(model.closed).isTrue();
  }

  @Test
  void stoppedEngine_isReplaced() {
    InferenceEngine first = shared.acquire(LIMIT);
    first.stop(new IllegalStateException("the device hangs"));

    InferenceEngine second = shared.acquire(LIMIT);

    assertThat(second).isNotSameAs(first);
    assertThat(second.hasStopped()).isFalse();
    shared.close();
  }

  @Test
  void engineThatReplacesAnother_servesWhatTheOneBeforeWasSwappedTo() {
    InferenceEngine first = shared.acquire(LIMIT);
    shared.swap(FakeModel.version(4, 1));
    assertThat(first.serving().version()).isEqualTo(4);
    first.stop(new IllegalStateException("the device hangs"));

    InferenceEngine second = shared.acquire(LIMIT);

    assertThat(second).isNotSameAs(first);
    assertThat(second.serving().version()).isEqualTo(4);
    shared.close();
  }

  @Test
  void warmUpThatHangs_failsInTime_andIsFreedShouldItEnd() {
    model.runs.drainPermits();

    assertThatThrownBy(() -> shared.acquire(Duration.ofMillis(50)))
        .isInstanceOf(InferenceStalledError.class)
        .hasMessageContaining("not loaded and warm within 50 ms");

    model.runs.release(1);
    await().until(() -> model.closed);
  }

  @Test
  void modelThatDoesNotLoad_failsWithItsOwnReason() {
    model.broken = true;

    assertThatThrownBy(() -> shared.acquire(LIMIT))
        .hasMessage("fake version 3 does not run: the fake device is broken");
  }
}
