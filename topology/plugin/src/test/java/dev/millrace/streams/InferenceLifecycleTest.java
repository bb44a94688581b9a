package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import dev.millrace.streams.engine.EngineMetrics;
import dev.millrace.streams.engine.FakeDecoder;
import dev.millrace.streams.engine.FakeModel;
import dev.millrace.streams.engine.InferenceEngine;
import dev.millrace.streams.internals.CommitBarrier;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests starts, swaps and closes in unusual orders. No model may stay loaded after a close. */
@Timeout(60)
class InferenceLifecycleTest {

  @TempDir Path models;

  private final FakeModel model = new FakeModel();
  private final List<InferenceEngine> engines = new ArrayList<>();
  private final Queue<Runnable> afterIdleTime = new ArrayDeque<>();
  private Inference<String, ImageEvent, Prediction> inference;
  private InferenceConfig config;

  @BeforeEach
  void create() {
    FakeInference.publish(models);
    config = InferenceConfig.builder(models, FakeInference.MODEL).version(1).build();
    inference =
        new Inference<>(
            config,
            ValueMapping.ofEvents(),
            new SharedEngine(this::start, afterIdleTime::add),
            CommitBarrier.builder("barrier"));
  }

  @AfterEach
  void close() {
    inference.close();
  }

  private InferenceEngine start(Optional<ModelVersion> version) {
    InferenceEngine engine =
        InferenceEngine.start(
            config.engine(),
            model,
            version.orElseGet(config::first),
            () -> new FakeDecoder(new CountDownLatch(0)),
            new EngineMetrics(new SimpleMeterRegistry()),
            System::nanoTime);
    engines.add(engine);
    return engine;
  }

  private static <T> FutureTask<T> inThread(FutureTask<T> task, Thread.State state) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    thread.start();
    await().until(() -> thread.getState() == state);
    return task;
  }

  private void assertStalls(FutureTask<ModelVersion> start) {
    assertThatThrownBy(start::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InferenceStalledError.class);
  }

  @Test
  void startAfterClose_isRefused() {
    inference.start();
    inference.close();

    assertThatThrownBy(inference::start)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("was closed");
    assertThat(model.open).isEmpty();
  }

  @Test
  void startAfterClose_isRefused_beforeItReadsPromotions() {
    Inference<String, ImageEvent, Prediction> follower =
        ImageInference.<String>builder(config)
            .followPromotions(Map.of("bootstrap.servers", "nowhere:1"))
            .build();
    follower.close();

    assertThatThrownBy(follower::start)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("was closed");
  }

  @Test
  void close_duringTwoStarts_leavesNoModelLoaded() {
    int runs = model.runs.drainPermits();
    FutureTask<ModelVersion> loads =
        inThread(new FutureTask<>(inference::start), Thread.State.TIMED_WAITING);
    FutureTask<ModelVersion> waits =
        inThread(new FutureTask<>(inference::start), Thread.State.BLOCKED);

    inference.close();
    model.runs.release(runs);

    assertStalls(loads);
    assertStalls(waits);
    await().until(model.open::isEmpty);
    assertThat(inference.health().ready()).isFalse();
  }

  @Test
  void close_duringASwap_startsNoOtherEngine() {
    FakeInference.publish(models);
    inference.start();
    int runs = model.runs.drainPermits();
    FutureTask<ModelVersion> swap =
        inThread(new FutureTask<>(() -> inference.swap(2, false)), Thread.State.WAITING);

    inference.close();
    model.runs.release(runs);

    assertThatThrownBy(swap::get).hasStackTraceContaining("was closed during the swap");
    assertThat(engines).hasSize(1);
    await().until(model.open::isEmpty);
  }

  @Test
  void swapAfterClose_isRefused() {
    FakeInference.publish(models);
    inference.start();
    inference.close();

    assertThatThrownBy(() -> inference.swap(2, false))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("was closed");
    assertThat(model.open).isEmpty();
  }

  @Test
  void startAfterTheEngineHasStopped_keepsTheNewEngine() {
    inference.start();
    engines.get(0).stop(new IllegalStateException("the device hangs"));

    inference.start();

    assertThat(engines).hasSize(2);
    assertThat(inference.health().ready()).isTrue();
    assertThat(afterIdleTime).isEmpty();
  }

  @Test
  void sharerThatStartedTheEngine_releasesIt() {
    Inference<String, ImageEvent, Prediction> sharer =
        ImageInference.<String>builder(config).engineOf(inference).build();
    sharer.start();
    assertThat(afterIdleTime).isEmpty();

    sharer.close();
    sharer.close();

    assertThat(afterIdleTime).hasSize(1);
    afterIdleTime.remove().run();
    assertThat(model.open).isEmpty();
  }

  @Test
  void sharer_doesNotStartAVersion_beforeTheOwnerHasReadThePromotions() {
    Inference<String, ImageEvent, Prediction> owner =
        ImageInference.<String>builder(config)
            .runtime(model, () -> new FakeDecoder(new CountDownLatch(0)))
            .registry(new SimpleMeterRegistry())
            .followPromotions(Map.of("bootstrap.servers", "nowhere:1"))
            .build();
    Inference<String, ImageEvent, Prediction> sharer =
        ImageInference.<String>builder(config).engineOf(owner).build();

    assertThatThrownBy(sharer::start).hasStackTraceContaining("promotions was not started");

    assertThat(model.open).isEmpty();
    owner.close();
  }

  @Test
  void swapBeforeTheStart_comparesTheSignatures() {
    new ModelRepository(models)
        .publish(
            FakeInference.MODEL,
            new byte[] {2},
            new Preprocessing(2, 2, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f)),
            new Labels(IntStream.range(0, FakeModel.CLASSES).mapToObj(i -> "class-" + i).toList()),
            new ModelManifest.Source("import", null, null));

    assertThatThrownBy(() -> inference.swap(2, false)).isInstanceOf(ModelException.class);

    assertThat(inference.serving()).map(ModelVersion::version).contains(1);
  }

  @Test
  void health_ofALoadThatFailsWithoutAMessage_namesTheFailure() {
    model.crash = new ExceptionInInitializerError(); // as of a library that cannot be loaded

    assertThatThrownBy(inference::start).hasStackTraceContaining("ExceptionInInitializerError");

    assertThat(inference.health().ready()).isFalse();
    assertThat(inference.health().reason()).contains("ExceptionInInitializerError");
  }
}
