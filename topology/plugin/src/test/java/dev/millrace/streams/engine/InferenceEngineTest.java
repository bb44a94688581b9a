package dev.millrace.streams.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.InferenceException;
import dev.millrace.core.model.ModelException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class InferenceEngineTest {

  private final FakeModel model = new FakeModel();
  private final CountDownLatch unhang = new CountDownLatch(1);
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private InferenceEngine engine;

  private InferenceEngine start(int maxBatchSize, Duration linger, ImageLimits limits) {
    return start(Device.CPU, maxBatchSize, linger, limits);
  }

  private InferenceEngine start(
      Device device, int maxBatchSize, Duration linger, ImageLimits limits) {
    return start(device, maxBatchSize, linger, limits, 1);
  }

  private InferenceEngine start(
      Device device, int maxBatchSize, Duration linger, ImageLimits limits, int runs) {
    EngineConfig config = new EngineConfig(List.of(device), maxBatchSize, linger, 2, runs, limits);
    engine =
        InferenceEngine.start(
            config,
            model,
            FakeModel.version(),
            () -> new FakeDecoder(unhang),
            new EngineMetrics(registry),
            System::nanoTime);
    model.batches.clear();
    return engine;
  }

  private InferenceEngine start(int maxBatchSize) {
    return start(maxBatchSize, Duration.ofMillis(1), ImageLimits.DEFAULT);
  }

  private CompletableFuture<Classification> submit(int first) {
    return engine.submit(
        new byte[] {(byte) first}, System.nanoTime() + TimeUnit.SECONDS.toNanos(10));
  }

  private static int classOf(CompletableFuture<Classification> answer) throws Exception {
    float[] probabilities = answer.get(10, TimeUnit.SECONDS).probabilities();
    int best = 0;
    for (int i = 1; i < probabilities.length; i++) {
      best = probabilities[i] > probabilities[best] ? i : best;
    }
    return best;
  }

  @AfterEach
  void close() {
    unhang.countDown();
    model.runs.release(1000);
    if (engine != null) {
      engine.close();
    }
  }

  @Test
  void images_areAnsweredEachWithItsOwnRow() throws Exception {
    start(8);
    List<CompletableFuture<Classification>> answers = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      answers.add(submit(i));
    }
    for (int i = 0; i < 200; i++) {
      assertThat(classOf(answers.get(i))).isEqualTo(i % 10);
    }
    assertThat(answers.get(0).get().model()).isEqualTo(FakeModel.version());
  }

  @Test
  void imagesThatWaitForTheDevice_runTogether() throws Exception {
    start(8);
    model.runs.drainPermits();
    CompletableFuture<Classification> first = submit(0);
    await().until(() -> model.runs.hasQueuedThreads());
    List<CompletableFuture<Classification>> answers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      answers.add(submit(i));
    }
    model.runs.release(1000);
    first.get(10, TimeUnit.SECONDS);
    for (CompletableFuture<Classification> answer : answers) {
      answer.get(10, TimeUnit.SECONDS);
    }
    assertThat(model.batches).containsExactly(1, 8);
    assertThat(registry.get("millrace.inference.batch.size").summary().mean()).isEqualTo(4.5);
    assertThat(registry.get("millrace.inference.request.success").counter().count()).isEqualTo(9);
  }

  @Test
  void versionOfSmallerBatches_getsNoLargerOnes_andTheNextOneDoes() throws Exception {
    start(8);
    engine.swap(FakeModel.versionOfBatches(4, 3));
    requireBatches(6, 1, 3, 3);
    engine.swap(FakeModel.versionOfBatches(5, 100));
    requireBatches(16, 1, 8, 8);
  }

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
  void badImage_failsAloneInItsBatch() throws Exception {
    start(3, Duration.ofSeconds(10), ImageLimits.DEFAULT);
    CompletableFuture<Classification> before = submit(1);
    CompletableFuture<Classification> bad = submit(FakeDecoder.BAD);
    CompletableFuture<Classification> after = submit(2);
    assertThat(classOf(before)).isEqualTo(1);
    assertThat(classOf(after)).isEqualTo(2);
    assertThatThrownBy(bad::get)
        .hasCauseInstanceOf(BadImageException.class)
        .hasMessageContaining("a bad image");
    assertThat(
            registry
                .get("millrace.inference.request.failure")
                .tag("reason", "undecodable")
                .counter()
                .count())
        .isEqualTo(1);
  }

  @Test
  void lingeringBatch_runsAtOnceWhenACommitWaits() throws Exception {
    start(8, Duration.ofSeconds(10), ImageLimits.DEFAULT);
    CompletableFuture<Classification> answer = submit(7);
    try (InferenceEngine.Urgency urgency = engine.hurry()) {
      assertThat(answer.get(5, TimeUnit.SECONDS).probabilities()[7]).isEqualTo(0.91f);
    }
  }

  @Test
  void hungDecoder_losesItsImageAndNothingElse() throws Exception {
    start(2, Duration.ofMillis(1), new ImageLimits(1000, Duration.ofMillis(50), 4));
    CompletableFuture<Classification> hanging = submit(FakeDecoder.HANGING);
    CompletableFuture<Classification> neighbour = submit(3);
    assertThat(classOf(neighbour)).isEqualTo(3);
    assertThatThrownBy(() -> hanging.get(10, TimeUnit.SECONDS))
        .cause()
        .isInstanceOfSatisfying(
            BadImageException.class,
            e -> assertThat(e.reason()).isEqualTo(BadImageException.Reason.TIMEOUT));
    unhang.countDown();
    for (int i = 0; i < 50; i++) {
      assertThat(classOf(submit(i))).isEqualTo(i % 10);
    }
  }

  @Test
  void moreHungDecodersThanAllowed_stopTheEngineAndAnswerEverybody() {
    start(4, Duration.ofSeconds(10), new ImageLimits(1000, Duration.ofMillis(20), 1));
    List<CompletableFuture<Classification>> answers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      answers.add(submit(FakeDecoder.HANGING));
    }
    await().until(engine::hasStopped);
    for (CompletableFuture<Classification> answer : answers) {
      assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class);
    }
    assertThatThrownBy(() -> submit(1))
        .isInstanceOf(EngineStalledException.class)
        .hasMessageContaining("max-hung-decoders");
  }

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
    assertThat(model.batches).containsExactly(3, 1, 1, 1);
  }

  @Test
  void imageWithoutFiniteAnswer_isRefusedAloneAfterASecondRun() throws Exception {
    model.confusing = 6;
    start(3, Duration.ofSeconds(10), ImageLimits.DEFAULT);

    requireThatTheSecondOfThreeIsRefused(6);
    assertThat(model.batches).containsExactly(3, 1);
  }

  private void requireThatTheSecondOfThreeIsRefused(int image) throws Exception {
    CompletableFuture<Classification> before = submit(1);
    CompletableFuture<Classification> bad = submit(image);
    CompletableFuture<Classification> after = submit(2);

    assertThat(classOf(before)).isEqualTo(1);
    assertThat(classOf(after)).isEqualTo(2);
    assertThatThrownBy(() -> bad.get(10, TimeUnit.SECONDS))
        .cause()
        .hasMessageContaining("fake version 3 gives no answer to this image")
        .isInstanceOfSatisfying(
            BadImageException.class,
            e -> assertThat(e.reason()).isEqualTo(BadImageException.Reason.NO_ANSWER));
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
    assertThat(model.batches).containsExactly(3, 1, 1, 1);
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
    assertThat(model.batches).containsExactly(3, 1, 1);
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
  void submission_stallsAtItsDeadlineWhileTheDeviceIsStuck() throws Exception {
    start(1);
    model.runs.drainPermits();
    List<CompletableFuture<Classification>> answers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      answers.add(submit(i));
    }
    assertThatThrownBy(() -> engine.submit(new byte[] {1}, System.nanoTime() + 20_000_000))
        .isInstanceOf(EngineStalledException.class)
        .hasMessageContaining("stuck or too slow");
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
        .hasMessageContaining("stuck or too slow");
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

  @Test
  void close_answersWhatHasNotRunAndFreesTheModel() {
    start(8, Duration.ofSeconds(10), ImageLimits.DEFAULT);
    CompletableFuture<Classification> waiting = submit(1);
    engine.close();
    assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(InferenceException.class);
    assertThat(model.closed).isTrue();
  }

  @Test
  void close_whileARunHangs_returnsAndLeavesTheModelToIt() {
    start(1);
    model.runs.drainPermits();
    CompletableFuture<Classification> hanging = submit(1);
    await().until(() -> model.runs.hasQueuedThreads());

    engine.close(Duration.ofMillis(50));

    assertThat(model.closed).isFalse();
    assertThatThrownBy(() -> hanging.get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(InferenceException.class);
  }

  @Test
  void stop_whileARunHangs_answersEverybodyAtOnce() {
    start(1);
    model.runs.drainPermits();
    List<CompletableFuture<Classification>> answers = List.of(submit(1), submit(2));
    await().until(() -> model.runs.hasQueuedThreads());

    engine.stop(new IllegalStateException("the device hangs"));

    for (CompletableFuture<Classification> answer : answers) {
      assertThat(answer).isCompletedExceptionally();
    }
  }

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
    assertThat(model.batches).containsExactly(1, 1, 1); // one of them to warm up
    await().untilAsserted(() -> assertThat(model.open).containsExactly(4));
    assertThat(registry.find("millrace.inference.count").tag("version", "3").meters()).isEmpty();
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

  @Test
  void stoppedEngine_takesNoOtherVersion() {
    start(4);
    engine.stop(new IllegalStateException("the device hangs"));

    assertThatThrownBy(() -> engine.swap(FakeModel.version(4, 1)))
        .isInstanceOf(EngineStalledException.class);

    assertThat(model.open).containsExactly(3);
  }

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
