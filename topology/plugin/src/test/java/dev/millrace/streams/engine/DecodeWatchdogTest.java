package dev.millrace.streams.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DecodeWatchdogTest {

  private static final Duration SHORT = Duration.ofMillis(1);

  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private final AtomicInteger checks = new AtomicInteger();
  private final AtomicReference<Thread> thread = new AtomicReference<>();

  private void check() {
    thread.set(Thread.currentThread());
    checks.incrementAndGet();
  }

  private DecodeWatchdog started(Duration interval, Runnable check) {
    DecodeWatchdog watchdog =
        new DecodeWatchdog(EngineThreads.DAEMONS, interval, check, failures::add);
    watchdog.start();
    return watchdog;
  }

  @Test
  void check_isMadeAgainAndAgainUntilClosed() {
    try (DecodeWatchdog watchdog = started(SHORT, this::check)) {
      await().until(() -> checks.get() >= 3);
      assertThat(thread.get().isDaemon()).isTrue();
    }
    await().until(() -> !thread.get().isAlive());
    assertThat(failures).isEmpty();
  }

  @Test
  void intervalBelowAMillisecond_isOneMillisecond() {
    try (DecodeWatchdog watchdog = started(Duration.ofNanos(1), this::check)) {
      await().until(() -> checks.get() >= 3);
    }
    assertThat(failures).isEmpty();
  }

  @Test
  void checkThatFails_isReported_andEndsTheThread() {
    IllegalStateException failure = new IllegalStateException("no more threads");
    Runnable failing =
        () -> {
          check();
          throw failure;
        };
    try (DecodeWatchdog watchdog = started(SHORT, failing)) {
      await().until(() -> thread.get() != null && !thread.get().isAlive());
    }
    assertThat(failures).containsExactly(failure);
    assertThat(checks).hasValue(1);
  }
}
