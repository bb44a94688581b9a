package dev.millrace.streams.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.image.ImageLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AdmissionTest extends WithEngine {

  @Test
  void submission_stallsAtItsDeadlineWhileTheDeviceIsStuck() throws Exception {
    start(1);
    model.runs.drainPermits();
    List<CompletableFuture<Classification>> answers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      answers.add(submit(i));
    }
    assertThatThrownBy(() -> engine.submit(new byte[] {1}, System.nanoTime() + 20_000_000))
        .isInstanceOf(EngineStalledException.class)
        .hasMessageContaining("hangs, or is too slow");
    model.runs.release(1000);
    for (int i = 0; i < 3; i++) {
      assertThat(classOf(answers.get(i))).isEqualTo(i);
    }
  }

  @Test
  void awaitRoom_waitsWhileEverySlotIsTaken_andTakesNone() throws Exception {
    start(2, Duration.ofSeconds(10), ImageLimits.DEFAULT);
    engine.awaitRoom(System.nanoTime());
    model.runs.drainPermits();
    List<CompletableFuture<Classification>> answers = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      answers.add(submit(i));
    }
    assertThatThrownBy(() -> engine.awaitRoom(System.nanoTime() + 20_000_000))
        .isInstanceOf(EngineStalledException.class)
        .hasMessageContaining("hangs, or is too slow");
    model.runs.release();
    engine.awaitRoom(System.nanoTime() + TimeUnit.SECONDS.toNanos(10));
    answers.add(submit(6));
    answers.add(submit(7));
    model.runs.release(1000);
    for (int i = 0; i < 8; i++) {
      assertThat(classOf(answers.get(i))).isEqualTo(i);
    }
    assertThat(model.batches).containsExactly(2, 2, 2, 2);
  }

  @Test
  void awaitRoom_waitsBeforeTheLastBatchIsFull() throws Exception {
    start(16, Duration.ofSeconds(10), ImageLimits.DEFAULT);
    model.runs.drainPermits();
    for (int i = 0; i < 16 + 16 + 12; i++) {
      var unused = submit(i);
    }
    engine.awaitRoom(System.nanoTime());
    var unused = submit(0);
    assertThatThrownBy(() -> engine.awaitRoom(System.nanoTime() + 20_000_000))
        .isInstanceOf(EngineStalledException.class);
    List<CompletableFuture<Classification>> last = List.of(submit(7), submit(8), submit(9));
    model.runs.release();
    engine.awaitRoom(System.nanoTime() + TimeUnit.SECONDS.toNanos(10));
    model.runs.release(2);
    for (int i = 0; i < last.size(); i++) {
      assertThat(classOf(last.get(i))).isEqualTo(7 + i);
    }
    assertThat(model.batches).containsExactly(16, 16, 16);
  }

  @Test
  void awaitRoom_endsWhenTheEngineStops() throws Exception {
    start(1);
    model.runs.drainPermits();
    for (int i = 0; i < 3; i++) {
      var unused = submit(i);
    }
    CompletableFuture<Void> waiting =
        CompletableFuture.runAsync(
            () -> engine.awaitRoom(System.nanoTime() + TimeUnit.SECONDS.toNanos(60)));
    engine.stop(new IllegalStateException("the device hangs"));
    assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(EngineStalledException.class)
        .hasMessageContaining("the device hangs");
  }

  private final EngineParts parts = new EngineParts();

  @Test
  void claim_failsAtItsDeadlineWhileEverySlotIsTaken() {
    parts.fill();

    assertThatThrownBy(parts::claim)
        .isInstanceOf(EngineStalledException.class)
        .hasMessageContaining("no batch became free in time");

    assertThat(parts.pending("3")).isEqualTo(6);
  }

  @Test
  void claim_waitsForABatchToComeBack() throws Exception {
    parts.fill();
    Future<Batch.Slot> waiting = EngineParts.waiting(() -> parts.admission.claim(Long.MAX_VALUE));
    Batch first = parts.queue.take().orElseThrow();

    parts.queue.recycle(first);

    assertThat(waiting.get(10, TimeUnit.SECONDS).batch).isSameAs(first);
  }

  @Test
  void claim_endsWhenTheEngineStops() {
    parts.fill();
    Future<Batch.Slot> waiting = EngineParts.waiting(() -> parts.admission.claim(Long.MAX_VALUE));

    parts.queue.stop(new IllegalStateException("the device hangs"));

    assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(EngineStalledException.class)
        .hasMessageContaining("the device hangs");
    assertThatThrownBy(parts::claim).isInstanceOf(EngineStalledException.class);
  }

  @Test
  void claim_interrupted_failsAndKeepsTheInterrupt() {
    parts.fill();
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> parts.admission.claim(Long.MAX_VALUE))
        .isInstanceOf(EngineStalledException.class)
        .hasMessageContaining("interrupted");

    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void claim_afterASwap_takesNoRoomOfABatchOfTheVersionBefore() throws Exception {
    for (int i = 0; i < 5; i++) {
      parts.claimDecoded();
    }
    parts.serving.swap(parts.loader.load(FakeModel.version(4, 1)));

    assertThatThrownBy(parts::claim).isInstanceOf(EngineStalledException.class);
    parts.queue.recycle(parts.queue.take().orElseThrow());
    assertThat(parts.claim().model.version().version()).isEqualTo(4);
  }

  @Test
  void awaitRoom_takesNoLockWhileThereIsRoom() throws Exception {
    parts.claim();
    whileAnotherThreadHasTheLock(() -> parts.admission.awaitRoom(parts.clock.get()));
  }

  @Test
  void awaitRoom_takesNoLockOnceABatchCameBack() throws Exception {
    parts.fill();
    assertThatThrownBy(() -> parts.admission.awaitRoom(parts.clock.get()))
        .isInstanceOf(EngineStalledException.class);

    parts.queue.recycle(parts.queue.take().orElseThrow());

    whileAnotherThreadHasTheLock(() -> parts.admission.awaitRoom(parts.clock.get()));
  }

  private void whileAnotherThreadHasTheLock(Runnable call) throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    Future<?> holder =
        EngineParts.waiting(
            () -> {
              parts.lock.lock();
              try {
                return release.await(10, TimeUnit.SECONDS);
              } finally {
                parts.lock.unlock();
              }
            });
    call.run();
    assertThat(holder).isNotDone();
    release.countDown();
    assertThat(holder.get(10, TimeUnit.SECONDS)).isEqualTo(true);
  }
}
