package dev.millrace.streams.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RunQueueTest extends WithEngine {

  @Test
  void haste_doesNotCutABatchShortWhileAnotherRuns() throws Exception {
    start(Device.CPU, 8, Duration.ofSeconds(10), ImageLimits.DEFAULT, 2);
    model.runs.drainPermits();
    try (InferenceEngine.Urgency urgency = engine.hurry()) {
      CompletableFuture<Classification> first = submit(0);
      await().until(() -> model.runs.hasQueuedThreads());
      CompletableFuture<Classification> second = submit(1);
      await().during(Duration.ofMillis(200)).until(() -> model.runs.getQueueLength() == 1);
      CompletableFuture<Classification> third = submit(2);
      model.runs.release(1000);
      first.get(5, TimeUnit.SECONDS);
      second.get(5, TimeUnit.SECONDS);
      third.get(5, TimeUnit.SECONDS);
    }
    assertThat(model.batches).containsExactly(1, 2);
  }

  @Test
  void lingeringBatch_runsAtOnceWhenACommitWaits() throws Exception {
    start(8, Duration.ofSeconds(10), ImageLimits.DEFAULT);
    CompletableFuture<Classification> answer = submit(7);
    try (InferenceEngine.Urgency urgency = engine.hurry()) {
      assertThat(answer.get(5, TimeUnit.SECONDS).probabilities()[7]).isEqualTo(0.91f);
    }
  }
}
