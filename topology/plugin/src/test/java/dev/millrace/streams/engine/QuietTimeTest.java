package dev.millrace.streams.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class QuietTimeTest {

  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);
  private final QuietTime quiet = new QuietTime(clock::get);

  @Test
  void time_isQuietBeforeTheFirstWait() {
    assertThat(quiet.hasPassed()).isTrue();
  }

  @Test
  void time_isNotQuietDuringAWait_howeverLongItIs() {
    quiet.waitBegins();
    clock.addAndGet(10 * QuietTime.NANOS);
    assertThat(quiet.hasPassed()).isFalse();
  }

  @Test
  void time_isQuietAgainASecondAfterTheLastWait() {
    quiet.waitBegins();
    quiet.waitBegins();
    quiet.waitEnds();
    clock.addAndGet(QuietTime.NANOS);
    assertThat(quiet.hasPassed()).isFalse();

    quiet.waitEnds();
    clock.addAndGet(QuietTime.NANOS - 1);
    assertThat(quiet.hasPassed()).isFalse();
    clock.addAndGet(1);
    assertThat(quiet.hasPassed()).isTrue();
  }
}
