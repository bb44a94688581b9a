package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.ModelRuntime;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.streams.engine.EngineConfig;
import dev.millrace.streams.engine.EngineMetrics;
import dev.millrace.streams.engine.FakeDecoder;
import dev.millrace.streams.engine.FakeModel;
import dev.millrace.streams.engine.InferenceEngine;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SharedEngineTest {

  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final FakeModel model = new FakeModel();
  private final Queue<Runnable> afterIdleTime = new ArrayDeque<>();
  private final SharedEngine shared = new SharedEngine(this::start, afterIdleTime::add);

  /** The runtime that loads the model; a test may replace it. */
  private volatile ModelRuntime runtime = model;

  private final AtomicInteger starts = new AtomicInteger();

  private InferenceEngine start(Optional<ModelVersion> version) {
    starts.incrementAndGet();
    return InferenceEngine.start(
        new EngineConfig(List.of(Device.CPU), 1, Duration.ZERO, 1, 1, ImageLimits.DEFAULT),
        (candidate, device) -> runtime.open(candidate, device),
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
    shared.swap(FakeModel.version(4, 1), true);
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
        .hasMessageContaining("not loaded and warmed up within 50 ms");

    model.runs.release(1);
    await().until(() -> model.closed);
  }

  @Test
  void modelThatDoesNotLoad_failsWithItsOwnReason() {
    model.broken = true;

    assertThatThrownBy(() -> shared.acquire(LIMIT))
        .hasMessage("fake version 3 does not run: the fake device is broken");
  }

  @Test
  void runningEngine_isTheOneThatAnswers_andLookingForItStartsNone() {
    assertThat(shared.running()).isEmpty();
    assertThat(starts.get()).isZero();

    InferenceEngine first = shared.acquire(LIMIT);
    assertThat(shared.running()).containsSame(first);

    first.stop(new IllegalStateException("the device hangs"));
    assertThat(shared.running()).isEmpty();

    shared.close();
    assertThat(shared.running()).isEmpty();
    assertThat(starts.get()).isEqualTo(1);
  }

  @Test
  void idleEngine_isClosed() {
    InferenceEngine first = shared.acquire(LIMIT);
    shared.acquire(LIMIT);
    shared.release(first);
    assertThat(afterIdleTime).isEmpty();

    shared.release(first);
    assertThat(model.closed).isFalse();
    afterIdleTime.remove().run();

    assertThat(model.closed).isTrue();
    assertThat(shared.acquire(LIMIT)).isNotSameAs(first);
    shared.close();
  }

  @Test
  void idleEngine_isKeptForNewUsers() {
    shared.release(shared.acquire(LIMIT));
    InferenceEngine engine = shared.acquire(LIMIT);

    afterIdleTime.remove().run();

    assertThat(engine.hasStopped()).isFalse();
    shared.close();
  }

  @Test
  void idleTime_beginsAnew_ifTheEngineWasUsedMeanwhile() {
    InferenceEngine engine = shared.acquire(LIMIT);
    shared.release(engine);
    shared.acquire(LIMIT);
    shared.release(engine);

    afterIdleTime.remove().run();
    assertThat(engine.hasStopped()).isFalse();

    afterIdleTime.remove().run();
    assertThat(engine.hasStopped()).isTrue();
  }

  @Test
  void engineThatWasReplaced_isClosed_andItsUsersDoNotCount() {
    InferenceEngine first = shared.acquire(LIMIT);
    first.stop(new IllegalStateException("the device hangs"));
    InferenceEngine second = shared.acquire(LIMIT);

    shared.release(first);

    assertThat(afterIdleTime).isEmpty();
    await().until(() -> model.open.size() == 1);
    shared.release(second);
    assertThat(afterIdleTime).hasSize(1);
    shared.close();
  }

  @Test
  void close_stopsAnEngineInUse() {
    InferenceEngine engine = shared.acquire(LIMIT);
    shared.close();
    assertThat(engine.hasStopped()).isTrue();
    assertThat(shared.serving()).contains(FakeModel.version());
    shared.close();
  }

  /** A session that runs {@code more} after its {@code close} has closed the wrapped session. */
  private record Closing(ModelSession session, Runnable more) implements ModelSession {
    @Override
    public int classes() {
      return session.classes();
    }

    @Override
    public int inputWidth() {
      return session.inputWidth();
    }

    @Override
    public int inputHeight() {
      return session.inputHeight();
    }

    @Override
    public void run(ByteBuffer pixels, int images, FloatBuffer probabilities) {
      session.run(pixels, images, probabilities);
    }

    @Override
    public void close() {
      session.close();
      more.run();
    }
  }

  /**
   * The first engine stops while it frees the old version, and a task starts a replacement before
   * the swap returns.
   */
  @Test
  void swap_isRepeated_ifItsEngineWasReplacedMeanwhile() {
    AtomicReference<InferenceEngine> replacement = new AtomicReference<>();
    AtomicReference<InferenceEngine> first = new AtomicReference<>();
    runtime =
        (version, device) ->
            new Closing(
                model.open(version, device),
                () -> {
                  runtime = model;
                  first.get().stop(new IllegalStateException("the device hangs"));
                  replacement.set(shared.acquire(LIMIT));
                });
    first.set(shared.acquire(LIMIT));

    shared.swap(FakeModel.version(4, 1), true);

    assertThat(replacement.get()).isNotSameAs(first.get());
    assertThat(replacement.get().serving().version()).isEqualTo(4);
    assertThat(shared.acquire(LIMIT)).isSameAs(replacement.get());
    shared.close();
  }

  @Test
  void swap_isRepeated_ifItsEngineStopsWhileTheCandidateLoads() {
    InferenceEngine first = shared.acquire(LIMIT);
    runtime =
        (version, device) -> {
          runtime = model;
          first.stop(new IllegalStateException("the device hangs"));
          return model.open(version, device);
        };

    shared.swap(FakeModel.version(4, 1), true);

    assertThat(shared.acquire(LIMIT)).isNotSameAs(first);
    assertThat(shared.acquire(LIMIT).serving().version()).isEqualTo(4);
    assertThat(shared.serving()).contains(FakeModel.version(4, 1));
    shared.close();
  }

  @Test
  void secondSwap_waitsForTheFirst() throws Exception {
    shared.acquire(LIMIT);
    model.runs.drainPermits();
    Map<Integer, Integer> before = new ConcurrentHashMap<>();
    Thread one = swapper(4, before);
    await().until(() -> model.open.contains(4)); // its warm-up waits for a permit
    Thread other = swapper(5, before);
    await().until(() -> other.getState() == Thread.State.BLOCKED);
    assertThat(model.open).doesNotContain(5);

    model.runs.release(1_000);
    one.join();
    other.join();

    assertThat(before).isEqualTo(Map.of(4, 3, 5, 4));
    assertThat(shared.serving()).contains(FakeModel.version(5, 1));
    shared.close();
  }

  /**
   * Swaps to a version on a new thread, and notes in {@code before} which version served before the
   * swap.
   */
  private Thread swapper(int version, Map<Integer, Integer> before) {
    Thread thread =
        new Thread(
            () ->
                before.put(
                    version, shared.swap(FakeModel.version(version, 1), true).get().version()));
    thread.start();
    return thread;
  }

  /**
   * A late task waits for the first engine, but gets the monitor only after the first engine has
   * served version 4 and was replaced. The second engine already serves version 5.
   */
  @Test
  void taskThatComesLateOutOfItsWait_doesNotUndoASwap() throws Exception {
    model.runs.drainPermits();
    FutureTask<InferenceEngine> late = new FutureTask<>(() -> shared.acquire(LIMIT));
    Thread thread = new Thread(late, "late");
    thread.start();
    await().until(() -> model.runs.hasQueuedThreads());
    synchronized (shared) {
      model.runs.release(1_000);
      await().until(() -> thread.getState() == Thread.State.BLOCKED);
      shared.swap(FakeModel.version(4, 1), true);
      shared.acquire(LIMIT).stop(new IllegalStateException("the device hangs"));
      shared.swap(FakeModel.version(5, 1), true);
    }

    late.get(10, TimeUnit.SECONDS);

    assertThat(shared.serving()).contains(FakeModel.version(5, 1));
    assertThat(shared.acquire(LIMIT).serving().version()).isEqualTo(5);
    shared.close();
  }

  @Test
  void swap_returnsTheEngineThatItUsed() {
    shared.swap(FakeModel.version(4, 1), true);

    assertThat(afterIdleTime).hasSize(1);
    shared.close();
  }

  @Test
  void modelThatDoesNotLoadForLackOfMemory_failsWithItsReason() {
    runtime =
        (version, device) -> {
          throw new OutOfMemoryError("the heap is full");
        };

    assertThatThrownBy(() -> shared.acquire(LIMIT)).hasMessageContaining("the heap is full");
  }

  @Test
  void interruptedTask_failsAndStaysInterrupted_andItsEngineIsFreed() {
    model.runs.drainPermits();
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> shared.acquire(LIMIT))
          .isInstanceOf(InferenceStalledError.class)
          .hasMessage("interrupted while the model was being loaded");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }

    model.runs.release(1);
    await().until(() -> model.closed);
  }

  /** Makes a call on a new thread. Returns once the new thread waits, or the call has ended. */
  private static FutureTask<InferenceEngine> waiting(Callable<InferenceEngine> call) {
    return waiting(call, Thread.State.TIMED_WAITING);
  }

  private static FutureTask<InferenceEngine> waiting(
      Callable<InferenceEngine> call, Thread.State state) {
    FutureTask<InferenceEngine> task = new FutureTask<>(call);
    Thread thread = new Thread(task, "waiting");
    thread.setDaemon(true);
    thread.start();
    await().until(() -> task.isDone() || thread.getState() == state);
    return task;
  }

  private List<FutureTask<InferenceEngine>> fourThatWaitForAHungStart() {
    model.runs.drainPermits();
    List<FutureTask<InferenceEngine>> tasks = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      tasks.add(waiting(() -> shared.acquire(LIMIT)));
      assertThat(tasks).noneMatch(FutureTask::isDone);
    }
    return tasks;
  }

  private static void requireStalled(FutureTask<InferenceEngine> task, String message) {
    assertThatThrownBy(() -> task.get(10, TimeUnit.SECONDS))
        .cause()
        .isInstanceOf(InferenceStalledError.class)
        .hasMessageContaining(message);
  }

  /** No task delays another task, because each task waits up to its own limit. */
  @Test
  void tasksThatComeDuringAStart_waitForItSideBySide() throws Exception {
    List<FutureTask<InferenceEngine>> tasks = fourThatWaitForAHungStart();

    model.runs.release(1);

    InferenceEngine engine = tasks.get(0).get(10, TimeUnit.SECONDS);
    for (FutureTask<InferenceEngine> task : tasks) {
      assertThat(task.get(10, TimeUnit.SECONDS)).isSameAs(engine);
      shared.release(engine);
    }
    assertThat(starts).hasValue(1);
    assertThat(afterIdleTime).hasSize(1);
    shared.close();
  }

  @Test
  void taskWhoseLimitIsOver_givesTheStartUpForAll_andTheNextOneStartsAnother() {
    List<FutureTask<InferenceEngine>> tasks = fourThatWaitForAHungStart();

    assertThatThrownBy(() -> shared.acquire(Duration.ofMillis(20)))
        .isInstanceOf(InferenceStalledError.class);

    tasks.forEach(task -> requireStalled(task, "not loaded and warmed up within 20 ms"));
    assertThat(starts).hasValue(1);
    model.runs.release(1_000);
    await().until(() -> model.closed && model.open.isEmpty());
    assertThat(shared.acquire(LIMIT).hasStopped()).isFalse();
    assertThat(starts).hasValue(2);
    shared.close();
  }

  @Test
  void close_duringAHungStart_returns_andTheEngineThatComesLateIsClosed() throws Exception {
    List<FutureTask<InferenceEngine>> tasks = fourThatWaitForAHungStart();

    shared.close();

    tasks.forEach(task -> requireStalled(task, "the engine was closed while it started"));
    assertThat(shared.serving()).isEmpty();
    model.runs.release(1_000);
    await().until(() -> model.closed && model.open.isEmpty());
  }

  @Test
  void release_afterClose_doesNotCountForTheNextEngine() {
    InferenceEngine closed = shared.acquire(LIMIT);
    shared.close();
    InferenceEngine next = shared.acquire(LIMIT);

    shared.release(closed);
    assertThat(afterIdleTime).isEmpty();

    shared.release(next);
    assertThat(afterIdleTime).hasSize(1);
    shared.close();
  }

  /** Users of a failed start do not count as users of the next start. */
  @Test
  void startThatFailed_isRepeatedForTheNextTask() {
    model.broken = true;
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> shared.acquire(LIMIT)).isInstanceOf(ModelException.class);
    }
    model.broken = false;

    shared.release(shared.acquire(LIMIT));

    assertThat(afterIdleTime).hasSize(1);
    shared.close();
  }

  @Test
  void interruptedTask_leavesTheStartToTheOthers() throws Exception {
    model.runs.drainPermits();
    FutureTask<InferenceEngine> other = waiting(() -> shared.acquire(LIMIT));
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> shared.acquire(LIMIT)).isInstanceOf(InferenceStalledError.class);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }

    model.runs.release(1_000);

    InferenceEngine engine = other.get(10, TimeUnit.SECONDS);
    assertThat(engine.hasStopped()).isFalse();
    shared.release(engine);
    assertThat(afterIdleTime).hasSize(1);
    shared.close();
  }

  /**
   * An engine that hangs while it closes must not prevent the next task from starting another
   * engine.
   */
  @Test
  void engineThatHangsAsItCloses_keepsNobodyWaiting() throws Exception {
    CountDownLatch closes = new CountDownLatch(1);
    runtime =
        (version, device) ->
            new Closing(model.open(version, device), () -> awaitUninterruptibly(closes));
    shared.acquire(LIMIT);
    FutureTask<InferenceEngine> closing =
        waiting(
            () -> {
              shared.close();
              return null;
            },
            Thread.State.WAITING);
    runtime = model;

    FutureTask<InferenceEngine> next = waiting(() -> shared.acquire(LIMIT));

    assertThat(next.get(10, TimeUnit.SECONDS).hasStopped()).isFalse();
    assertThat(closing).isNotDone();
    closes.countDown();
    closing.get(10, TimeUnit.SECONDS);
    shared.close();
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
