package dev.millrace.streams.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackoffTest {

  private long nanos = Long.MAX_VALUE - 5;
  private final Backoff backoff = new Backoff(() -> nanos);

  @Test
  void pauses_doubleFromASecondToAMinute() {
    List<Long> pauses = new ArrayList<>();
    assertThat(backoff.left()).isZero();
    for (int i = 0; i < 9; i++) {
      backoff.failed();
      pauses.add(backoff.left().toSeconds());
      nanos += backoff.left().toNanos();
      assertThat(backoff.left()).isZero();
    }

    assertThat(pauses).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L, 60L);
  }

  @Test
  void reset_beginsAnew() {
    backoff.failed();
    backoff.failed();
    backoff.reset();
    assertThat(backoff.left()).isZero();

    backoff.failed();
    nanos += Duration.ofMillis(400).toNanos();
    assertThat(backoff.left()).isEqualTo(Duration.ofMillis(600));
  }
}
