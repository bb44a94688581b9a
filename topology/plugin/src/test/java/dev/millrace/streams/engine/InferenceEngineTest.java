package dev.millrace.streams.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageLimits;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class InferenceEngineTest extends WithEngine {

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
    assertThat(registry.get("millrace.inference.decode.duration.us").summary().count())
        .isEqualTo(9);
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

  /**
   * Returns a clock that stands still until the test moves it, so that a decoder whose thread has
   * to wait for a processor does not count as hung.
   */
  private AtomicLong clockThatStandsStill() {
    AtomicLong clock = new AtomicLong();
    nanoTime = clock::get;
    return clock;
  }

  /** Moves the clock by a time again and again, until a condition is true. */
  private static void pass(AtomicLong clock, Duration time, BooleanSupplier until) {
    await()
        .until(
            () -> {
              clock.addAndGet(time.toNanos());
              return until.getAsBoolean();
            });
  }

  @Test
  void hungDecoder_losesItsImageAndNothingElse() throws Exception {
    AtomicLong clock = clockThatStandsStill();
    start(2, Duration.ofSeconds(10), new ImageLimits(1000, Duration.ofMillis(50), 4));
    CompletableFuture<Classification> hanging = submit(FakeDecoder.HANGING);
    CompletableFuture<Classification> neighbour = submit(3);
    DistributionSummary decoded = registry.get("millrace.inference.decode.duration.us").summary();
    await().until(() -> decoded.count() == 1);

    pass(clock, Duration.ofMillis(51), hanging::isDone);

    assertThat(classOf(neighbour)).isEqualTo(3);
    assertThatThrownBy(() -> hanging.get(10, TimeUnit.SECONDS))
        .cause()
        .isInstanceOfSatisfying(
            BadImageException.class,
            e -> assertThat(e.reason()).isEqualTo(BadImageException.Reason.TIMEOUT));
    unhang.countDown();
    for (int i = 0; i < 50; i++) {
      CompletableFuture<Classification> first = submit(i);
      CompletableFuture<Classification> second = submit(i + 1);
      assertThat(classOf(first)).isEqualTo(i % 10);
      assertThat(classOf(second)).isEqualTo((i + 1) % 10);
    }
  }

  @Test
  void moreHungDecodersThanAllowed_stopTheEngineAndAnswerEverybody() {
    AtomicLong clock = clockThatStandsStill();
    start(4, Duration.ofSeconds(10), new ImageLimits(1000, Duration.ofMillis(20), 1));
    List<CompletableFuture<Classification>> answers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      answers.add(submit(FakeDecoder.HANGING));
    }

    pass(clock, Duration.ofMillis(21), engine::hasStopped);

    for (CompletableFuture<Classification> answer : answers) {
      assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class);
    }
    assertThatThrownBy(() -> submit(1))
        .isInstanceOf(EngineStalledException.class)
        .hasMessageContaining("max-hung-decoders");
  }

  @Test
  void close_answersWhatHasNotRunAndFreesTheModel() {
    start(8, Duration.ofSeconds(10), ImageLimits.DEFAULT);
    CompletableFuture<Classification> waiting = submit(1);
    engine.close();
    assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(EngineStalledException.class);
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
        .hasCauseInstanceOf(EngineStalledException.class);
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
  void close_whileARunHangs_freesTheModelWhenTheRunEnds() {
    start(1);
    model.runs.drainPermits();
    CompletableFuture<Classification> hanging = submit(1);
    await().until(() -> model.runs.hasQueuedThreads());
    engine.close(Duration.ofMillis(50));

    engine.close(Duration.ofMillis(1));
    assertThat(model.closed).isFalse();
    model.runs.release(1000);

    await().until(() -> model.closed);
    assertThat(hanging).isCompletedExceptionally();
  }

  @Test
  void close_letsTheRunningBatchEnd() throws Exception {
    start(1);
    model.runs.drainPermits();
    CompletableFuture<Classification> running = submit(7);
    await().until(() -> model.runs.hasQueuedThreads());
    Future<?> closing =
        EngineParts.waiting(
            () -> {
              engine.close();
              return null;
            });
    assertThat(running).isNotDone();

    model.runs.release(1000);

    assertThat(classOf(running)).isEqualTo(7);
    closing.get(10, TimeUnit.SECONDS);
    assertThat(model.closed).isTrue();
  }

  @Test
  void close_endsTheEnginesThreads() {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    start(1);
    Set<Thread> started = new HashSet<>(Thread.getAllStackTraces().keySet());
    started.removeAll(before);
    started.removeIf(thread -> !thread.getName().startsWith("millrace-"));
    assertThat(started)
        .extracting(Thread::getName)
        .containsExactlyInAnyOrder(
            "millrace-decode-0",
            "millrace-decode-1",
            "millrace-decode-watchdog",
            "millrace-run-cpu-0");

    assertThat(started).allMatch(Thread::isDaemon);

    engine.close();

    await().until(() -> started.stream().noneMatch(Thread::isAlive));
  }

  @Test
  void refusedImage_isCountedAndAnsweredAtOnce() {
    start(1);
    BadImageException refusal = new BadImageException(BadImageException.Reason.EMPTY, "empty");

    assertThatThrownBy(() -> engine.refuse(refusal).get(10, TimeUnit.SECONDS)).hasCause(refusal);

    assertThat(
            registry
                .get("millrace.inference.request.failure")
                .tag("reason", "empty")
                .counter()
                .count())
        .isEqualTo(1);
  }

  @Test
  void hasStopped_isFalseUntilItIsClosed() {
    start(1);
    assertThat(engine.hasStopped()).isFalse();
    engine.close();
    assertThat(engine.hasStopped()).isTrue();
  }

  @Test
  void watchdog_isTheOneThatGivesUpOnHungDecoders() {
    start(1, Duration.ZERO, new ImageLimits(1000, Duration.ofMillis(1), 4));
    CompletableFuture<Classification> hanging = submit(FakeDecoder.HANGING);
    assertThatThrownBy(() -> hanging.get(10, TimeUnit.SECONDS))
        .hasMessageContaining("decoding took longer than 1 ms");
  }

  @Test
  void urgencyThatIsClosed_letsBatchesLingerAgain() throws Exception {
    start(2, Duration.ofSeconds(10), ImageLimits.DEFAULT);
    InferenceEngine.Urgency urgency = engine.hurry();
    urgency.close();

    CompletableFuture<Classification> first = submit(1);
    assertThatThrownBy(() -> first.get(200, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    CompletableFuture<Classification> second = submit(2);

    assertThat(classOf(first)).isEqualTo(1);
    assertThat(classOf(second)).isEqualTo(2);
    assertThat(model.batches).containsExactly(2);
  }

  /**
   * The engine does not start, because its decode timeout overflows a long when it is converted to
   * milliseconds.
   */
  @Test
  void engineThatDoesNotStart_leavesNoSessionOpen() {
    ImageLimits limits = new ImageLimits(1000, Duration.ofSeconds(Long.MAX_VALUE), 1);
    assertThatThrownBy(() -> start(1, Duration.ZERO, limits))
        .isInstanceOf(ArithmeticException.class);

    assertThat(model.open).isEmpty();
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void metricsOfTwoEnginesInOneRegistry_surviveEachOthersEnd() throws Exception {
    start(1);
    InferenceEngine first = engine;
    start(1);

    first.close();
    submit(1).get(10, TimeUnit.SECONDS);

    assertThat(registry.get("millrace.inference.request.success").counter().count()).isEqualTo(1);
    assertThat(registry.get("millrace.inference.serving").gauge().value()).isOne();
    engine.close();
    assertThat(registry.getMeters())
        .isNotEmpty()
        .allMatch(meter -> meter instanceof Counter counter && counter.count() > 0);
  }
}
