package dev.millrace.streams.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
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

  private final EngineParts parts = new EngineParts();

  @Test
  void fullBatch_isTakenOnceAllOfItsImagesAreDecoded() throws Exception {
    Batch.Slot first = parts.claim();
    Batch.Slot second = parts.claim();
    Future<Optional<Batch>> runner = EngineParts.waiting(parts.queue::take);

    parts.queue.decoded(first, null);
    assertThat(runner).isNotDone();
    parts.queue.decoded(second, null);

    assertThat(runner.get(10, TimeUnit.SECONDS)).contains(first.batch);
  }

  @Test
  void lingeringBatch_isTakenWhenItsTimeIsOver() throws Exception {
    Batch.Slot slot = parts.claimDecoded();
    parts.clock.addAndGet(EngineParts.LINGER);
    assertThat(parts.queue.take()).contains(slot.batch);
  }

  @Test
  void lingeringBatch_isTakenWhenACommitBeginsToWait() throws Exception {
    Batch.Slot slot = parts.claimDecoded();
    Future<Optional<Batch>> runner = EngineParts.waiting(parts.queue::take);

    parts.queue.addWaitingCommits(1);

    assertThat(runner.get(10, TimeUnit.SECONDS)).contains(slot.batch);
  }

  @Test
  void lingeringBatch_lingersOnceNoCommitWaits() throws Exception {
    parts.queue.addWaitingCommits(1);
    parts.queue.addWaitingCommits(-1);
    Batch.Slot slot = parts.claimDecoded();
    Future<Optional<Batch>> runner = EngineParts.waiting(parts.queue::take);

    assertThat(runner).isNotDone();
    parts.queue.decoded(parts.claim(), null);

    assertThat(runner.get(10, TimeUnit.SECONDS)).contains(slot.batch);
  }

  @Test
  void lingeringBatch_isTakenForACommitOnlyWhileNoneRuns() throws Exception {
    parts.queue.addWaitingCommits(1);
    parts.claimDecoded();
    Batch running = parts.queue.take().orElseThrow();
    Batch.Slot slot = parts.claimDecoded();
    Future<Optional<Batch>> second = EngineParts.waiting(parts.queue::take);
    assertThat(second).isNotDone();

    parts.queue.recycle(running);

    assertThat(parts.queue.take()).contains(slot.batch);
    parts.queue.stop(new IllegalStateException("the test ends"));
    assertThat(second.get(10, TimeUnit.SECONDS)).isEmpty();
  }

  @Test
  void refusedImage_getsItsRefusalAndTakesNoPartInTheRun() throws Exception {
    Batch.Slot bad = parts.claim();
    parts.claimDecoded();
    BadImageException refusal = new BadImageException(BadImageException.Reason.TOO_LARGE, "large");

    parts.queue.decoded(bad, refusal);

    assertThatThrownBy(() -> bad.answer.get(10, TimeUnit.SECONDS)).hasCause(refusal);
    assertThat(parts.queue.take().orElseThrow().images()).containsExactly(1);
    assertThat(refused("too_large")).isEqualTo(1);
  }

  @Test
  void decoderThatReturnsAfterItsImageWasGivenUp_changesNothing() throws Exception {
    Batch.Slot late = parts.claim();
    parts.queue.abandoned(
        late, new BadImageException(BadImageException.Reason.TIMEOUT, "too slow"));
    parts.queue.decoded(late, null);
    Batch.Slot other = parts.claim();
    Future<Optional<Batch>> runner = EngineParts.waiting(parts.queue::take);

    assertThat(runner).isNotDone();
    parts.queue.decoded(other, null);

    Batch batch = runner.get(10, TimeUnit.SECONDS).orElseThrow();
    assertThat(batch.images()).containsExactly(1);
    assertThat(batch.isHung()).isTrue();
    assertThatThrownBy(() -> late.answer.get(10, TimeUnit.SECONDS))
        .hasMessageContaining("too slow");
    assertThat(refused("timeout")).isEqualTo(1);
  }

  private double refused(String reason) {
    return parts
        .registry
        .get("millrace.inference.request.failure")
        .tag("reason", reason)
        .counter()
        .count();
  }

  @Test
  void stop_failsImagesThatRunAndThatWait_andEndsTheRunners() throws Exception {
    Batch.Slot running = parts.claimDecoded();
    parts.claimDecoded();
    Batch.Slot closed = parts.claimDecoded();
    parts.claimDecoded();
    Batch.Slot open = parts.claim();
    Batch batch = parts.queue.take().orElseThrow();
    assertThat(batch).isSameAs(running.batch);

    parts.queue.stop(new IllegalStateException("the device hangs"));

    for (Batch.Slot slot : List.of(running, closed, open)) {
      assertThat(slot.answer).isCompletedExceptionally();
      assertThatThrownBy(() -> slot.answer.get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(EngineStalledException.class)
          .hasMessageContaining("the inference engine has stopped: the device hangs");
    }
    assertThat(parts.queue.take()).isEmpty();
    assertThat(parts.pending("3")).isEqualTo(2);
    parts.queue.recycle(batch);
    assertThat(parts.pending("3")).isZero();
  }

  @Test
  void stop_wakesARunnerThatWaits() throws Exception {
    Future<Optional<Batch>> runner = EngineParts.waiting(parts.queue::take);
    parts.queue.stop(new IllegalStateException("the device hangs"));
    assertThat(runner.get(10, TimeUnit.SECONDS)).isEmpty();
  }

  @Test
  void fatalReportOfADecoder_stopsTheEngine() throws Exception {
    Batch.Slot slot = parts.claim();
    parts.queue.fatal(new IllegalStateException("decoders hang"));
    assertThatThrownBy(() -> slot.answer.get(10, TimeUnit.SECONDS))
        .hasMessageContaining("decoders hang");
    assertThatThrownBy(parts::claim)
        .isInstanceOf(EngineStalledException.class)
        .hasMessageContaining("decoders hang");
  }

  @Test
  void secondStop_keepsTheFirstCause() {
    parts.queue.stop(new IllegalStateException("the device hangs"));
    parts.queue.stop(new IllegalStateException("it was closed"));
    assertThatThrownBy(parts::claim).hasMessageContaining("the device hangs");
  }

  @Test
  void failWaiting_leavesTheRunningBatchToItsRun() throws Exception {
    Batch.Slot running = parts.claimDecoded();
    parts.clock.addAndGet(EngineParts.LINGER);
    parts.queue.take();
    Batch.Slot waiting = parts.claim();

    parts.queue.failWaiting(new IllegalStateException("it was closed"));

    assertThat(waiting.answer).isCompletedExceptionally();
    assertThat(running.answer).isNotDone();
  }

  @Test
  void batch_holdsALeaseFromItsOpeningToItsReturn() throws Exception {
    parts.claimDecoded();
    parts.claimDecoded();
    Batch.Slot open = parts.claim();
    Batch running = parts.queue.take().orElseThrow();
    parts.queue.failWaiting(new IllegalStateException("it was closed"));
    assertThat(open.answer).isCompletedExceptionally();

    parts.serving.retire();
    assertThat(parts.model.closed).isFalse();
    parts.queue.recycle(running);
    assertThat(parts.model.closed).isTrue();
  }

  /**
   * The failure to close the session must not reach the runner, because the runner would then stop
   * the engine.
   */
  @Test
  void sessionThatFailsToClose_doesNotFailTheReturnOfItsLastBatch() throws Exception {
    parts.model.closing = new IllegalStateException("it does not close");
    parts.claimDecoded();
    parts.claimDecoded();
    Batch batch = parts.queue.take().orElseThrow();
    parts.serving.swap(parts.loader.load(FakeModel.version(4, 1)));

    parts.queue.recycle(batch);

    assertThat(parts.model.open).containsExactly(4);
    assertThat(parts.claim().model.version().version()).isEqualTo(4);
  }

  @Test
  void batchThatNeverRan_givesItsLeaseBackWhenTheEngineStops() {
    parts.claim();
    parts.serving.swap(parts.loader.load(FakeModel.version(4, 1)));
    assertThat(parts.model.open).containsExactly(3, 4);

    parts.queue.stop(new IllegalStateException("the device hangs"));

    assertThat(parts.model.open).containsExactly(4);
  }
}
