package dev.millrace.streams.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import dev.millrace.core.runtime.InferenceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

class DeviceRunnerTest extends WithEngine {

  /** The batch size of a run of the warm-up image, as it appears in {@link FakeModel#batches}. */
  private static final int BLACK = 1;

  @Test
  void failedRun_leavesItsBatchWithoutAnswerAndTheEngineRunning() throws Exception {
    start(1);
    model.broken = true;
    assertThatThrownBy(() -> submit(1).get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(InferenceException.class);
    model.broken = false;
    assertThat(classOf(submit(4))).isEqualTo(4);
  }

  @Test
  void imageThatFailsItsBatch_isRefusedAloneAfterASecondRun() throws Exception {
    model.poison = 5;
    start(3, Duration.ofSeconds(10), ImageLimits.DEFAULT);

    requireThatTheSecondOfThreeIsRefused(5);
    assertThat(model.batches).containsExactly(3, BLACK, 1, 1, 1, BLACK);
  }

  @Test
  void imageWithoutFiniteAnswer_isRefusedAloneAfterASecondRun() throws Exception {
    model.confusing = 6;
    start(3, Duration.ofSeconds(10), ImageLimits.DEFAULT);

    requireThatTheSecondOfThreeIsRefused(6);
    assertThat(model.batches).containsExactly(3, 1, BLACK);
  }

  private void requireThatTheSecondOfThreeIsRefused(int image) throws Exception {
    CompletableFuture<Classification> before = submit(1);
    CompletableFuture<Classification> bad = submit(image);
    CompletableFuture<Classification> after = submit(2);

    assertThat(classOf(before)).isEqualTo(1);
    assertThat(classOf(after)).isEqualTo(2);
    requireRefused(bad);
    assertThat(registry.get("millrace.inference.request.success").counter().count()).isEqualTo(2);
    assertThat(
            registry
                .get("millrace.inference.request.failure")
                .tag("reason", "no_answer")
                .counter()
                .count())
        .isEqualTo(1);
  }

  @Test
  void runThatFailsOnce_isRepeatedAndNobodyNotices() throws Exception {
    start(3, Duration.ofSeconds(10), ImageLimits.DEFAULT);
    model.failures.set(1);
    List<CompletableFuture<Classification>> answers = List.of(submit(1), submit(2), submit(3));

    for (int i = 0; i < 3; i++) {
      assertThat(classOf(answers.get(i))).isEqualTo(i + 1);
    }
    assertThat(model.batches).containsExactly(3, BLACK, 1, 1, 1);
  }

  @Test
  void deviceThatFailsEveryImage_refusesNone() {
    start(3, Duration.ofSeconds(10), ImageLimits.DEFAULT);
    model.broken = true;
    List<CompletableFuture<Classification>> answers =
        List.of(submit(1), submit(FakeDecoder.BAD), submit(3));

    for (CompletableFuture<Classification> answer : List.of(answers.get(0), answers.get(2))) {
      assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(InferenceException.class)
          .hasMessageContaining("the fake device is broken");
    }
    assertThat(model.batches).containsExactly(3, BLACK);
  }

  /** A refusal must not have a cause; otherwise callers would blame the device. */
  private static void requireRefused(CompletableFuture<Classification> answer) {
    assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
        .cause()
        .hasMessageContaining("fake version 3 gives no answer to this image")
        .hasNoCause()
        .isInstanceOfSatisfying(
            BadImageException.class,
            e -> assertThat(e.reason()).isEqualTo(BadImageException.Reason.NO_ANSWER));
  }

  private static void requireDeviceToBlame(CompletableFuture<Classification> answer) {
    assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
        .cause()
        .isInstanceOf(InferenceException.class)
        .hasMessageStartingWith("cpu is broken: it fails on images and on the warm-up image: ");
  }

  @Test
  void imageWithoutFiniteAnswer_aloneInItsBatch_isRefused() throws Exception {
    model.confusing = 6;
    start(1);

    requireRefused(submit(6));
    assertThat(model.batches).containsExactly(1, BLACK, 1, BLACK);
    assertThat(classOf(submit(4))).isEqualTo(4);
    assertThat(failures("no_answer")).isEqualTo(1);
    assertThat(failures("device")).isZero();
  }

  @Test
  void imageThatFailsItsRun_aloneInItsBatch_isRefused() throws Exception {
    model.poison = 5;
    start(1);

    requireRefused(submit(5));
    assertThat(model.batches).containsExactly(1, BLACK, 1, BLACK);
    assertThat(classOf(submit(4))).isEqualTo(4);
  }

  @Test
  void everyImageOfABatchWithoutFiniteAnswer_isRefused() throws Exception {
    model.confusing = 6;
    start(2, Duration.ofSeconds(10), ImageLimits.DEFAULT);

    List<CompletableFuture<Classification>> answers = List.of(submit(6), submit(6));

    answers.forEach(DeviceRunnerTest::requireRefused);
    assertThat(model.batches).containsExactly(2, BLACK, 1, 1, BLACK);
    assertThat(failures("no_answer")).isEqualTo(2);
  }

  @Test
  void imageOnAGpu_aloneInItsBatch_isRefused() throws Exception {
    model.confusing = 6;
    start(Device.parse("cuda:0"), 8, Duration.ZERO, ImageLimits.DEFAULT);

    requireRefused(submit(6));
    assertThat(classOf(submit(4))).isEqualTo(4);
  }

  /**
   * All three runs of images fail: the run of the whole batch and the two second runs. The device
   * answers the black image only before these two second runs.
   */
  @Test
  void deviceThatBreaksDuringTheSecondRuns_isToBlame() {
    start(2, Duration.ofSeconds(10), ImageLimits.DEFAULT);
    fail(true, false, true, true, true);

    List<CompletableFuture<Classification>> answers = List.of(submit(1), submit(2));

    answers.forEach(DeviceRunnerTest::requireDeviceToBlame);
    assertThat(model.batches).containsExactly(2, BLACK, 1, 1, BLACK);
    assertThat(failures("device")).isEqualTo(2);
    assertThat(failures("no_answer")).isZero();
  }

  @Test
  void deviceThatBreaksAfterOneSecondRun_failsTheOthersAlone() throws Exception {
    start(2, Duration.ofSeconds(10), ImageLimits.DEFAULT);
    fail(true, false, false, true, true);

    List<CompletableFuture<Classification>> answers = List.of(submit(1), submit(2));

    assertThat(classOf(answers.get(0))).isEqualTo(1);
    requireDeviceToBlame(answers.get(1));
    assertThat(failures("device")).isEqualTo(1);
  }

  /**
   * Sets which of the next runs fail. Each argument stands for one run, and {@code true} makes this
   * run fail.
   */
  private void fail(Boolean... runs) {
    Queue<Boolean> next = new ConcurrentLinkedQueue<>(List.of(runs));
    model.first =
        () -> {
          if (Boolean.TRUE.equals(next.poll())) {
            throw new InferenceException("the fake device is broken", null);
          }
        };
  }

  @Test
  void sessionThatThrowsWhatItShouldNot_failsItsRunAlone() throws Exception {
    start(1);
    model.first =
        () -> {
          throw new IllegalStateException("a fault of the session");
        };
    requireDeviceToBlame(submit(1));
    model.first = () -> {};
    assertThat(classOf(submit(4))).isEqualTo(4);
  }

  @Test
  void sessionThatLeavesItsThreadInterrupted_doesNotStopTheEngine() throws Exception {
    start(1);
    model.first = () -> Thread.currentThread().interrupt();
    for (int i = 0; i < 3; i++) {
      assertThat(classOf(submit(i))).isEqualTo(i);
    }
  }

  /**
   * The second batch has one image fewer than the first batch, so the slot of the refused image
   * pads the second batch.
   */
  @Test
  void refusedImage_doesNotFailTheBatchesThatItWouldPad() throws Exception {
    model.poison = 5;
    start(Device.parse("cuda:0"), 4, Duration.ofSeconds(10), ImageLimits.DEFAULT);
    for (int i = 0; i < 3; i++) {
      var unused = submit(i);
    }
    requireRefused(submit(5));
    await().until(() -> pendingImages() == 0);
    model.batches.clear();

    List<CompletableFuture<Classification>> answers = List.of(submit(1), submit(2), submit(3));
    try (InferenceEngine.Urgency urgency = engine.hurry()) {
      for (int i = 0; i < 3; i++) {
        assertThat(classOf(answers.get(i))).isEqualTo(i + 1);
      }
    }
    assertThat(model.batches).containsExactly(4);
  }

  private double pendingImages() {
    return registry.get("millrace.inference.pending.request.count").gauge().value();
  }

  private double failures(String reason) {
    return registry
        .get("millrace.inference.request.failure")
        .tag("reason", reason)
        .counter()
        .count();
  }

  @Test
  void answerThatIsNotFinite_isAFailedRun() {
    start(1);
    model.probability = Float.NaN;
    assertThatThrownBy(() -> submit(1).get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(InferenceException.class)
        .hasMessageContaining("not finite");
  }

  @Test
  void crashOfTheDevice_failsItsBatchAndStopsTheEngine() {
    start(1);
    model.crash = new UnsatisfiedLinkError("no such function");

    CompletableFuture<Classification> answer = submit(1);

    assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(InferenceException.class)
        .hasMessageContaining("the run of a batch failed: java.lang.UnsatisfiedLinkError");
    await().until(engine::hasStopped);
    assertThatThrownBy(() -> submit(2))
        .isInstanceOf(EngineStalledException.class)
        .hasMessageContaining("no such function");
  }

  @Test
  void batchOfRefusedImagesAlone_doesNotRun() throws Exception {
    start(2, Duration.ofSeconds(10), ImageLimits.DEFAULT);
    List<CompletableFuture<Classification>> bad =
        List.of(submit(FakeDecoder.BAD), submit(FakeDecoder.BAD));
    List<CompletableFuture<Classification>> good = List.of(submit(1), submit(2));

    assertThat(classOf(good.get(0))).isEqualTo(1);
    assertThat(classOf(good.get(1))).isEqualTo(2);
    for (CompletableFuture<Classification> answer : bad) {
      assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
          .hasMessageContaining("a bad image");
    }
    assertThat(model.batches).containsExactly(2);
  }

  @Test
  void gpuBatch_isPaddedToTheSizeThatIsWarm() throws Exception {
    start(Device.parse("cuda:0"), 8, Duration.ofSeconds(10), ImageLimits.DEFAULT);
    model.runs.drainPermits();
    List<CompletableFuture<Classification>> answers = new ArrayList<>();
    try (InferenceEngine.Urgency urgency = engine.hurry()) {
      answers.add(submit(0));
      await().until(() -> model.runs.hasQueuedThreads());
      for (int i = 1; i <= 3; i++) {
        answers.add(submit(i));
      }
      model.runs.release(1000);
      for (int i = 0; i <= 3; i++) {
        assertThat(classOf(answers.get(i))).isEqualTo(i);
      }
    }
    assertThat(model.batches).containsExactly(1, 4);
    assertThat(registry.get("millrace.inference.count").counter().count()).isEqualTo(4);
  }

  @Test
  void failedRun_isCountedForEachOfItsImages() {
    start(3, Duration.ofSeconds(10), ImageLimits.DEFAULT);
    model.broken = true;
    List<CompletableFuture<Classification>> answers = List.of(submit(1), submit(2), submit(3));

    assertThatThrownBy(() -> answers.get(2).get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(InferenceException.class);
    assertThat(
            registry
                .get("millrace.inference.request.failure")
                .tag("reason", "device")
                .counter()
                .count())
        .isEqualTo(3);
  }

  @Test
  void run_isTimedFromTheSubmissionOfEachImage() throws Exception {
    EngineParts parts = new EngineParts();
    parts.model.nanosAnImage = 3_000;
    parts.clock.set(70_000);
    Batch.Slot slot = parts.claimDecoded();
    parts.clock.addAndGet(EngineParts.LINGER);
    parts.model.elapsedNanos.set(5_000);
    runUntilAnswered(parts, slot);

    double linger = EngineParts.LINGER / 1e3;
    assertThat(micros(parts, "compute.infer")).isEqualTo(3);
    assertThat(micros(parts, "queue")).isEqualTo(linger + 5);
    assertThat(micros(parts, "request")).isEqualTo(linger + 5 + 3);
  }

  @Test
  void secondRuns_areRecordedOneByOne() throws Exception {
    EngineParts parts = new EngineParts();
    parts.model.nanosAnImage = 3_000;
    parts.model.failures.set(1);
    parts.claimDecoded();
    runUntilAnswered(parts, parts.claimDecoded());

    assertThat(parts.registry.get("millrace.inference.exec.count").counter().count()).isEqualTo(2);
    assertThat(parts.registry.get("millrace.inference.count").counter().count()).isEqualTo(2);
    assertThat(micros(parts, "compute.infer")).isEqualTo(6);
  }

  /** Runs one batch. Each run advances the clock by the run's duration. */
  private static void runUntilAnswered(EngineParts parts, Batch.Slot slot) throws Exception {
    LongSupplier nanoTime = () -> parts.clock.get() + parts.model.elapsedNanos.get();
    Thread runner = new Thread(new DeviceRunner(parts.queue, Device.CPU, nanoTime));
    runner.start();
    slot.answer.get(10, TimeUnit.SECONDS);
    parts.queue.stop(new IllegalStateException("the test ends"));
    runner.join();
  }

  private static double micros(EngineParts parts, String what) {
    return parts
        .registry
        .get("millrace.inference." + what + ".duration.us")
        .summary()
        .totalAmount();
  }
}
