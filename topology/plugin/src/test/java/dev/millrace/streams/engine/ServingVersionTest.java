package dev.millrace.streams.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.image.ImageLimits;
import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ServingVersionTest extends WithEngine {

  @Test
  void swap_leavesAnOpenBatchItsVersion_andFreesTheOldOneWhenThatHasRun() throws Exception {
    start(8, Duration.ofSeconds(10), ImageLimits.DEFAULT);
    CompletableFuture<Classification> before = submit(1);

    engine.swap(FakeModel.version(4, 1));

    assertThat(engine.serving().version()).isEqualTo(4);
    assertThat(model.open).containsExactly(3, 4);
    assertThat(serving("3")).isZero();
    assertThat(serving("4")).isOne();
    CompletableFuture<Classification> after = submit(2);
    try (InferenceEngine.Urgency urgency = engine.hurry()) {
      assertThat(before.get(10, TimeUnit.SECONDS).model().version()).isEqualTo(3);
      assertThat(after.get(10, TimeUnit.SECONDS).model().version()).isEqualTo(4);
    }
    assertThat(model.batches).containsExactly(1, 1, 1); // one of them is the warm-up
    await().untilAsserted(() -> assertThat(model.open).containsExactly(4));
    assertThat(registry.getMeters())
        .filteredOn(meter -> "3".equals(meter.getId().getTag("version")))
        .allMatch(Counter.class::isInstance);
    assertThat(registry.get("millrace.inference.count").tag("version", "4").counter().count())
        .isEqualTo(1);
  }

  private double serving(String version) {
    return registry.get("millrace.inference.serving").tag("version", version).gauge().value();
  }

  @Test
  void swapToAnotherImageSize_givesEachImageTheSizeOfItsVersion() throws Exception {
    start(4);
    for (int round = 0; round < 20; round++) {
      engine.swap(FakeModel.version(4 + round, 1 + round % 3));
      List<CompletableFuture<Classification>> answers = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        answers.add(submit(i));
      }
      for (int i = 0; i < 50; i++) {
        assertThat(classOf(answers.get(i))).isEqualTo(i % 10);
        assertThat(answers.get(i).get().model().version()).isEqualTo(4 + round);
      }
    }
    await().untilAsserted(() -> assertThat(model.open).containsExactly(23));
  }

  @Test
  void stoppedEngine_takesNoOtherVersion() {
    start(4);
    engine.stop(new IllegalStateException("the device hangs"));

    assertThatThrownBy(() -> engine.swap(FakeModel.version(4, 1)))
        .isInstanceOf(EngineStalledException.class);

    assertThat(model.open).containsExactly(3);
  }

  private final EngineParts parts = new EngineParts();

  @Test
  void swap_givesTheOldVersionBack_andMovesTheServingGauge() {
    assertThat(partsServing("3")).isOne();

    parts.serving.swap(parts.loader.load(FakeModel.version(4, 1)));

    assertThat(parts.serving.current().version().version()).isEqualTo(4);
    assertThat(parts.model.open).containsExactly(4);
    assertThat(partsServing("4")).isOne();
  }

  @Test
  void swap_leavesTheOldVersionToABatchThatHoldsIt() {
    parts.claim();

    parts.serving.swap(parts.loader.load(FakeModel.version(4, 1)));

    assertThat(parts.model.open).containsExactly(3, 4);
    assertThat(partsServing("3")).isZero();
  }

  private double partsServing(String version) {
    return parts.registry.get("millrace.inference.serving").tag("version", version).gauge().value();
  }

  @Test
  void swap_onceTheEngineHasStopped_freesTheCandidateAndThrows() {
    parts.queue.stop(new IllegalStateException("the device hangs"));
    LoadedModel candidate = parts.loader.load(FakeModel.version(4, 1));

    assertThatThrownBy(() -> parts.serving.swap(candidate))
        .isInstanceOf(EngineStalledException.class)
        .hasMessage("the inference engine has stopped: the device hangs");

    assertThat(parts.model.open).containsExactly(3);
    assertThat(parts.serving.current().version().version()).isEqualTo(3);
    assertThat(partsServing("3")).isOne();
  }

  @Test
  void swap_whoseOldVersionFailsToClose_succeeds() {
    parts.model.closing = new IllegalStateException("it does not close");

    parts.serving.swap(parts.loader.load(FakeModel.version(4, 1)));

    assertThat(parts.serving.current().version().version()).isEqualTo(4);
    assertThat(parts.model.open).containsExactly(4);
  }

  @Test
  void retire_servesNoLonger() {
    parts.serving.current().lease();
    parts.serving.retire();
    assertThat(partsServing("3")).isZero();
  }

  @Test
  void retire_givesTheLeaseBackOnce() {
    LoadedModel serving = parts.serving.current();
    serving.lease();

    parts.serving.retire();
    parts.serving.retire();

    assertThat(parts.model.closed).isFalse();
    serving.giveBack();
    assertThat(parts.model.closed).isTrue();
  }
}
