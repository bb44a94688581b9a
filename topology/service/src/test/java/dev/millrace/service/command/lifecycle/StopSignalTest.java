package dev.millrace.service.command.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tests what a signal does to a command. The test starts the shutdown hook, as the JVM does when it
 * ends.
 */
@Timeout(60)
class StopSignalTest {

  private static final Duration LONG = Duration.ofDays(1);

  private final Jvm jvm = new Jvm();

  /** A simulated JVM, which ends when the test calls {@link #end}. */
  private static final class Jvm implements StopSignal.Hooks {

    private final List<Thread> hooks = new ArrayList<>();
    private boolean ending;

    @Override
    public void add(Thread hook) {
      hooks.add(hook);
    }

    @Override
    public void remove(Thread hook) {
      if (ending) {
        throw new IllegalStateException("Shutdown in progress");
      }
      hooks.remove(hook);
    }

    Thread end() {
      ending = true;
      assertThat(hooks).hasSize(1);
      hooks.get(0).start();
      return hooks.get(0);
    }
  }

  @Test
  void signal_isSeenByTheCommand_beforeItIsWoken() throws InterruptedException {
    AtomicBoolean seen = new AtomicBoolean();
    CountDownLatch woken = new CountDownLatch(1);
    StopSignal[] signal = new StopSignal[1];
    signal[0] =
        StopSignal.listen(
            () -> {
              seen.set(signal[0].isRequested());
              woken.countDown();
            },
            jvm,
            LONG);
    try (StopSignal listening = signal[0]) {
      assertThat(listening.isRequested()).isFalse();
      assertThat(listening.await(1)).isFalse();

      jvm.end();

      listening.await();
      assertThat(listening.await(1)).isTrue();
      assertThat(listening.isRequested()).isTrue();
      woken.await();
      assertThat(seen).isTrue();
    }
  }

  @Test
  void signal_holdsTheJvm_untilTheCommandIsDone() throws InterruptedException {
    Thread hook;
    try (StopSignal signal = StopSignal.listen(() -> {}, jvm, LONG)) {
      hook = jvm.end();
      signal.await();

      await().until(hook::getState, state -> state != Thread.State.RUNNABLE);
      assertThat(hook.getState()).isEqualTo(Thread.State.TIMED_WAITING);
    }
    hook.join();
  }

  @Test
  void commandThatGoesOn_holdsTheJvmNoLongerThanTheGrace() throws InterruptedException {
    StopSignal signal = StopSignal.listen(() -> {}, jvm, Duration.ofMillis(1));

    jvm.end().join();

    assertThat(signal.isRequested()).isTrue();
  }

  /** For example, a training step would crash if the JVM ended during the step. */
  @Test
  void commandThatMustNotBeCutOff_holdsTheJvmBeyondTheGrace_andSaysSoOnce() throws Exception {
    AtomicInteger told = new AtomicInteger();
    Thread hook;
    try (StopSignal signal =
        StopSignal.listenUntilClosed(told::incrementAndGet, jvm, Duration.ofMillis(1))) {
      hook = jvm.end();
      signal.await();
      await().until(() -> told.get() > 0);

      await().until(() -> !hook.isAlive() || hook.getState() == Thread.State.TIMED_WAITING);
      assertThat(hook.isAlive()).isTrue();
    }
    hook.join();
    assertThat(told).hasValue(1);
  }

  @Test
  void commandThatEndsInTime_saysNothingOfWaiting() throws InterruptedException {
    AtomicInteger told = new AtomicInteger();
    Thread hook;
    try (StopSignal signal = StopSignal.listenUntilClosed(told::incrementAndGet, jvm, LONG)) {
      hook = jvm.end();
      signal.await();
    }
    hook.join();
    assertThat(told).hasValue(0);
  }

  @Test
  void requestOfTheCommandsOwn_isSeen_withoutASignal() throws InterruptedException {
    AtomicBoolean woken = new AtomicBoolean();
    try (StopSignal signal = StopSignal.listen(() -> woken.set(true), jvm, LONG)) {
      signal.request();

      signal.await();
      assertThat(signal.isRequested()).isTrue();
      assertThat(woken).isFalse();
    }
  }

  @Test
  void close_leavesNoHookBehind() {
    StopSignal signal = StopSignal.listen(() -> {}, jvm, LONG);
    assertThat(jvm.hooks).hasSize(1);

    signal.close();

    assertThat(jvm.hooks).isEmpty();
  }
}
