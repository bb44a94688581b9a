package dev.millrace.streams.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RunnerThreadsTest {

  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final EngineParts parts = new EngineParts();
  private final AtomicLong clock = new AtomicLong();

  private RunnerThreads start(LongSupplier nanoTime) {
    EngineConfig two =
        new EngineConfig(List.of(Device.CPU), 2, Duration.ofSeconds(1), 1, 2, ImageLimits.DEFAULT);
    RunnerThreads runners = new RunnerThreads(EngineThreads.DAEMONS, parts.queue, two, nanoTime);
    runners.start();
    return runners;
  }

  /** Makes both runner threads hang in a run. */
  private void hangBoth() {
    parts.model.runs.drainPermits();
    for (int i = 0; i < 4; i++) {
      parts.claimDecoded();
    }
    await().until(() -> parts.model.runs.getQueueLength() == 2);
  }

  private void stop() {
    parts.queue.stop(new IllegalStateException("it was closed"));
  }

  @AfterEach
  void release() {
    parts.model.runs.release(1000);
    stop();
  }

  @Test
  void eachDevice_getsAsManyThreadsAsMayRunAtOnce() {
    RunnerThreads runners = start(System::nanoTime);
    hangBoth();
    parts.model.runs.release(1000);
    stop();
    assertThat(runners.join(LIMIT)).isTrue();
  }

  @Test
  void join_givesUpAtItsDeadlineOnTheClock() {
    RunnerThreads runners = start(() -> clock.addAndGet(LIMIT.toNanos()));
    hangBoth();
    stop();
    assertThat(runners.join(LIMIT)).isFalse();
  }

  @Test
  void join_waitsForThreadsThatEndInTime() throws Exception {
    RunnerThreads runners = start(clock::get);
    hangBoth();
    stop();
    Future<Boolean> joining = EngineParts.waiting(() -> runners.join(LIMIT));

    parts.model.runs.release(1000);

    assertThat(joining.get(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void join_interrupted_waitsOnAndKeepsTheInterrupt() throws Exception {
    RunnerThreads runners = start(clock::get);
    hangBoth();
    stop();
    Future<Boolean> joining =
        EngineParts.waiting(
            () -> {
              Thread.currentThread().interrupt();
              return runners.join(LIMIT) && Thread.currentThread().isInterrupted();
            });
    assertThat(joining).isNotDone();

    parts.model.runs.release(1000);

    assertThat(joining.get(10, TimeUnit.SECONDS)).isTrue();
  }
}
