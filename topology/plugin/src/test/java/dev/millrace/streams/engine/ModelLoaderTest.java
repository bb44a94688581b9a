package dev.millrace.streams.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.runtime.AnswerKind;
import dev.millrace.core.runtime.ModelRuntime;
import dev.millrace.core.runtime.ModelSession;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
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

  /**
   * Submits {@code images} images while a batch of one image runs. Then checks the sizes of all
   * batches, including the batch of one image.
   */
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

  @Test
  void candidateOfIndependentClasses_needNotSumToOne() throws Exception {
    start(4);
    model.probability = 0.5f;
    assertThatThrownBy(() -> engine.swap(FakeModel.version(4, 1)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("answers a black image with probabilities that sum to 0.5");

    model.answers = AnswerKind.INDEPENDENT;
    engine.swap(FakeModel.version(4, 1));

    model.probability = 2;
    assertThatThrownBy(() -> engine.swap(FakeModel.version(5, 1)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("answers a black image with a probability of 2.0");
  }

  private void requireThatVersion3Answers() throws Exception {
    assertThat(engine.serving().version()).isEqualTo(3);
    assertThat(submit(7).get(10, TimeUnit.SECONDS).model().version()).isEqualTo(3);
    assertThat(model.open).containsExactly(3);
    assertThat(registry.find("millrace.inference.count").tag("version", "4").meters()).isEmpty();
  }

  @Test
  void versionWhoseSecondDeviceFails_leavesNoSessionOpen() {
    EngineConfig config =
        new EngineConfig(
            List.of(Device.CPU, Device.parse("cuda:0")),
            4,
            Duration.ZERO,
            1,
            1,
            ImageLimits.DEFAULT);
    ModelRuntime runtime =
        (version, device) -> {
          if (device.kind() == Device.Kind.CUDA) {
            throw new ModelException("no such device");
          }
          return model.open(version, device);
        };
    ModelLoader loader =
        new ModelLoader(runtime, config, new EngineMetrics(registry), System::nanoTime);

    assertThatThrownBy(() -> loader.load(FakeModel.version())).hasMessage("no such device");

    assertThat(model.closed).isTrue();
    assertThat(model.open).isEmpty();
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void sessionThatFailsToClose_afterAFailedLoad_leavesNoOtherOpen_andDoesNotHideTheReason() {
    EngineConfig config =
        new EngineConfig(
            List.of(Device.CPU, Device.parse("cuda:0"), Device.parse("cuda:1")),
            4,
            Duration.ZERO,
            1,
            1,
            ImageLimits.DEFAULT);
    model.closing = new IllegalStateException("it does not close");
    ModelRuntime runtime =
        (version, device) -> {
          if (device.equals(Device.parse("cuda:1"))) {
            throw new ModelException("no such device");
          }
          return model.open(version, device);
        };
    ModelLoader loader =
        new ModelLoader(runtime, config, new EngineMetrics(registry), System::nanoTime);

    assertThatThrownBy(() -> loader.load(FakeModel.version()))
        .hasMessage("no such device")
        .hasSuppressedException(model.closing);

    assertThat(model.open).isEmpty();
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void longestRun_limitsBatchesOnACpuAlone() {
    model.nanosAnImage = 6_000;
    assertThat(maxBatchSize(Device.CPU, Duration.ofNanos(20_000))).isEqualTo(3);
    assertThat(model.batches).containsExactly(1, 1, 1, 1, 1);
    assertThat(maxBatchSize(Device.CPU, Duration.ofNanos(100_000))).isEqualTo(8);
    assertThat(maxBatchSize(Device.CPU, Duration.ofNanos(5_000))).isEqualTo(1);
    assertThat(maxBatchSize(Device.CPU, EngineConfig.UNLIMITED)).isEqualTo(8);
    assertThat(maxBatchSize(Device.parse("cuda:0"), Duration.ofNanos(20_000))).isEqualTo(8);
  }

  private int maxBatchSize(Device device, Duration longestRun) {
    model.batches.clear();
    EngineConfig config =
        new EngineConfig(List.of(device), 8, longestRun, Duration.ZERO, 1, 1, ImageLimits.DEFAULT);
    return new ModelLoader(model, config, new EngineMetrics(registry), model.elapsedNanos::get)
        .load(FakeModel.version())
        .maxBatchSize();
  }

  @Test
  void quickestOfTheTimedRuns_decides() {
    List<Long> nanos = new ArrayList<>(List.of(9L, 4L, 7L, 5L, 6L));
    assertThat(quickestRun(nanos, 100)).isEqualTo(4);
    assertThat(nanos).isEmpty();
  }

  @Test
  void timedRuns_endOnceTheyHaveTakenAsLongAsARunMay() {
    List<Long> nanos = new ArrayList<>(List.of(50L, 40L, 10L, 5L));
    assertThat(quickestRun(nanos, 100)).isEqualTo(10);
    assertThat(nanos).containsExactly(5L);
  }

  /**
   * Returns the time of the quickest run of a session. The runs of the session take the times in
   * {@code nanos}, one after the other.
   */
  private long quickestRun(List<Long> nanos, long enough) {
    ModelSession session =
        new ModelSession() {
          @Override
          public int classes() {
            return 1;
          }

          @Override
          public int inputWidth() {
            return 1;
          }

          @Override
          public int inputHeight() {
            return 1;
          }

          @Override
          public void run(ByteBuffer pixels, int images, FloatBuffer probabilities) {
            model.elapsedNanos.addAndGet(nanos.remove(0));
          }

          @Override
          public void close() {}
        };
    return new WarmUp(FakeModel.version(), session)
        .quickestRun(Duration.ofNanos(enough), model.elapsedNanos::get);
  }

  @Test
  void sumOfProbabilities_mayBeOffByARoundingError() {
    start(1);
    model.probability = 0.9109f;
    engine.swap(FakeModel.version(4, 1));
    model.probability = 0.9122f;
    assertThatThrownBy(() -> engine.swap(FakeModel.version(5, 1)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("not 1; check its weights and import it again");
    model.probability = 0.9078f;
    assertThatThrownBy(() -> engine.swap(FakeModel.version(5, 1)))
        .isInstanceOf(ModelException.class);
  }
}
