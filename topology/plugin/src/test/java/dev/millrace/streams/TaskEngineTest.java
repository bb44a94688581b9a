package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import dev.millrace.events.ImageReference;
import dev.millrace.streams.engine.Classification;
import dev.millrace.streams.engine.EngineConfig;
import dev.millrace.streams.engine.EngineMetrics;
import dev.millrace.streams.engine.FakeDecoder;
import dev.millrace.streams.engine.FakeModel;
import dev.millrace.streams.engine.ImageTrace;
import dev.millrace.streams.engine.InferenceEngine;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.streams.errors.StreamsException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests two tasks that share an engine while a run hangs and every slot is taken. */
@Timeout(30)
class TaskEngineTest {

  private static final WaitLimit LIMIT =
      new WaitLimit(Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofMinutes(5));

  private final FakeModel model = new FakeModel();
  private final SharedEngine shared =
      new SharedEngine(
          version ->
              InferenceEngine.start(
                  new EngineConfig(
                      List.of(Device.CPU), 1, Duration.ZERO, 1, 1, ImageLimits.DEFAULT),
                  model,
                  FakeModel.version(),
                  () -> new FakeDecoder(new CountDownLatch(0)),
                  new EngineMetrics(new SimpleMeterRegistry()),
                  System::nanoTime),
          closing -> {});
  private final TaskFailure failure = new TaskFailure();
  private final TaskEngine task = new TaskEngine(shared, failure, System::nanoTime);
  private final TaskEngine other = new TaskEngine(shared, new TaskFailure(), System::nanoTime);
  private final List<CompletableFuture<Classification>> answers = new ArrayList<>();

  /** The waits for answers that the task reports, in ns. */
  private final List<Long> waits = new ArrayList<>();

  TaskEngineTest() {
    task.acquire(LIMIT, waits::add);
    other.acquire(LIMIT, nanos -> {});
    model.runs.drainPermits();
    for (int i = 0; i < 3; i++) {
      answers.add(submit(other, i));
    }
    await().until(() -> model.runs.hasQueuedThreads());
  }

  private static CompletableFuture<Classification> submit(TaskEngine task, int image) {
    return task.submit(new byte[] {(byte) image}, task.deadline(), ImageTrace.NONE);
  }

  @AfterEach
  void close() {
    model.runs.release(1_000);
    shared.close();
  }

  @Test
  void interruptedWhileItSubmits_failsAlone() throws Exception {
    requireThatAnInterruptFailsTheTaskAlone(() -> submit(task, 1));
  }

  @Test
  void interruptedWhileItWaitsForRoom_failsAlone() throws Exception {
    requireThatAnInterruptFailsTheTaskAlone(() -> task.awaitRoom(task.deadline()));
  }

  private void requireThatAnInterruptFailsTheTaskAlone(ThrowingCallable wait) throws Exception {
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(wait)
          .isInstanceOf(InferenceStalledError.class)
          .hasMessage("interrupted while waiting for the inference engine");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }

    assertThatThrownBy(failure::throwIfFailed).isInstanceOf(StreamsException.class);
    model.runs.release(1_000);
    answers.add(submit(other, 3));
    for (CompletableFuture<Classification> answer : answers) {
      assertThat(answer.get(10, TimeUnit.SECONDS).model()).isEqualTo(FakeModel.version());
    }
  }

  /** The device is not the cause of such a wait. */
  @Test
  void waitForAFetch_isNoWaitForAnAnswer() {
    for (boolean isFetched : List.of(false, true)) {
      waits.clear();
      CompletableFuture<String> revision = new CompletableFuture<>();
      PendingFetch fetch = new PendingFetch(new ImageReference("any", null), revision);
      if (isFetched) {
        revision.complete("");
      }
      RecordLine<String, byte[]> line = new RecordLine<>();
      line.add(
          new PendingRecord<>(
              null, 0, null, null, 0, fetch, CompletableFuture.completedFuture(null)));
      task.awaitOldest(line, task.deadline());

      assertThat(waits).hasSize(isFetched ? 1 : 0);
    }
  }

  @Test
  void waitInVain_stopsTheEngineForAll() {
    assertThatThrownBy(() -> task.awaitRoom(System.nanoTime()))
        .isInstanceOf(InferenceStalledError.class)
        .hasMessageContaining("no batch became free in time");
    assertThat(waits).hasSize(1);

    assertThat(answers).allMatch(CompletableFuture::isCompletedExceptionally);
    assertThatThrownBy(failure::throwIfFailed).isInstanceOf(StreamsException.class);
  }
}
