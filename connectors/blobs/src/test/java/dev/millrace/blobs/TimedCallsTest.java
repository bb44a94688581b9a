package dev.millrace.blobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests with at most two calls at the same time. */
@Timeout(60)
class TimedCallsTest {

  private final CountDownLatch end = new CountDownLatch(1);

  /** The calls of a file system that hangs; they end with the test. */
  private final TimedCalls hasty = new TimedCalls(Duration.ofMillis(50), 2);

  private final TimedCalls patient = new TimedCalls(Duration.ofMinutes(10), 2);

  @AfterEach
  void close() {
    end.countDown();
    hasty.close();
    patient.close();
  }

  private int hang() throws InterruptedException {
    end.await();
    return 7;
  }

  @Test
  void call_returnsItsResult() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      int number = i;
      assertThat(patient.run(() -> number)).isEqualTo(i);
    }
  }

  @Test
  void callThatFails_failsItsCaller() {
    assertThatThrownBy(
            () ->
                patient.run(
                    () -> {
                      throw new IOException("no such file");
                    }))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(IOException.class);
  }

  @Test
  void callThatHangs_doesNotHoldItsCaller() {
    assertThatThrownBy(() -> hasty.run(this::hang)).isInstanceOf(SocketTimeoutException.class);
  }

  @Test
  void callsThatHang_areAtMostTheLimit() throws Exception {
    assertThatThrownBy(() -> hasty.run(this::hang)).isInstanceOf(SocketTimeoutException.class);
    assertThatThrownBy(() -> hasty.run(this::hang)).isInstanceOf(SocketTimeoutException.class);

    assertThatThrownBy(() -> hasty.run(() -> 7)).hasMessage("too many calls hang");

    end.countDown();
    assertThat(sevenAtLast()).isEqualTo(7);
  }

  private int sevenAtLast() throws Exception {
    while (true) {
      try {
        return hasty.run(() -> 7);
      } catch (SocketTimeoutException e) {
        Thread.onSpinWait(); // the calls that hung are about to end
      }
    }
  }

  @Test
  void interrupt_endsTheWait_andStays() {
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    Thread caller =
        new Thread(
            () -> {
              assertThatThrownBy(() -> patient.run(this::hang))
                  .isInstanceOf(InterruptedIOException.class);
              interrupted.complete(Thread.currentThread().isInterrupted());
            });
    caller.start();
    caller.interrupt();
    assertThat(interrupted.join()).isTrue();
  }

  @Test
  void closedCalls_areRefused() {
    patient.close();
    assertThatThrownBy(() -> patient.run(() -> 7)).isInstanceOf(IOException.class);
  }
}
