package dev.millrace.streams.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ModelLoaderTest extends WithEngine {

  @Test
  void versionOfSmallerBatches_getsNoLargerOnes_andTheNextOneDoes() throws Exception {
    start(8);
    engine.swap(FakeModel.versionOfBatches(4, 3));
    requireBatches(6, 1, 3, 3);
    engine.swap(FakeModel.versionOfBatches(5, 100));
    requireBatches(16, 1, 8, 8);
  }

  @Test
  void versionThatRunsLong_getsSmallerBatches_andTheNextOneDoesNot() throws Exception {
    model.nanosAnImage = TimeUnit.MILLISECONDS.toNanos(6);
    engine =
        InferenceEngine.start(
            new EngineConfig(
                List.of(Device.CPU),
                8,
                Duration.ofMillis(20),
                Duration.ZERO,
                2,
                1,
                ImageLimits.DEFAULT),
            model,
            FakeModel.version(),
            () -> new FakeDecoder(unhang),
            new EngineMetrics(registry),
            () -> System.nanoTime() + model.elapsedNanos.get());
    requireBatches(6, 1, 3, 3);
    model.nanosAnImage = TimeUnit.MILLISECONDS.toNanos(100);
    engine.swap(FakeModel.versionOfBatches(4, 8));
    requireBatches(2, 1, 1, 1);
    model.nanosAnImage = 1;
    engine.swap(FakeModel.versionOfBatches(5, 8));
    requireBatches(16, 1, 8, 8);
  }

  @Test
  void versionOfSmallerBatches_isWarmedUpAndPaddedToNoLargerOnes() throws Exception {
    start(Device.parse("cuda:0"), 8, Duration.ofMillis(1), ImageLimits.DEFAULT);
    engine.swap(FakeModel.versionOfBatches(4, 3));
    assertThat(model.batches).containsExactly(1, 2, 3);
    requireBatches(6, 1, 3, 3);
  }

  /** The sizes of the batches that come of so many images, submitted while one is running. */
  private void requireBatches(int images, Integer... sizes) throws Exception {
    model.batches.clear();
    model.runs.drainPermits();
    List<CompletableFuture<Classification>> answers = new ArrayList<>();
    answers.add(submit(0));
    await().until(() -> model.runs.hasQueuedThreads());
    for (int i = 0; i < images; i++) {
      answers.add(submit(i));
    }
    model.runs.release(1000);
    for (CompletableFuture<Classification> answer : answers) {
      answer.get(10, TimeUnit.SECONDS);
    }
    assertThat(model.batches).containsExactly(sizes);
  }

  @Test
  void candidateThatDoesNotRun_isRefused_andTheServingOneGoesOn() throws Exception {
    start(4);
    model.broken = true;

    assertThatThrownBy(() -> engine.swap(FakeModel.version(4, 1)))
        .isInstanceOf(ModelException.class)
        .hasMessage("fake version 4 does not run: the fake device is broken");

    model.broken = false;
    requireThatVersion3Answers();
  }

  @Test
  void candidateThatAnswersNoNumbers_isRefused_andTheServingOneGoesOn() throws Exception {
    start(4);
    model.confusing = 0;

    assertThatThrownBy(() -> engine.swap(FakeModel.version(4, 1)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("sum to NaN");

    model.confusing = -1;
    requireThatVersion3Answers();
  }

  private void requireThatVersion3Answers() throws Exception {
    assertThat(engine.serving().version()).isEqualTo(3);
    assertThat(submit(7).get(10, TimeUnit.SECONDS).model().version()).isEqualTo(3);
    assertThat(model.open).containsExactly(3);
    assertThat(registry.find("millrace.inference.count").tag("version", "4").meters()).isEmpty();
  }
}
