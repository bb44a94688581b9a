package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("build-kafka")
class MetadataWaitTest {

  private static final Duration LONG = Duration.ofMillis(100);

  private long now;
  private final MetadataWait wait = new MetadataWait(() -> now);

  private Duration pollAfter(Duration sinceLastPoll, Duration timeout) {
    now += sinceLastPoll.toNanos();
    return wait.of(timeout);
  }

  @Test
  void shortPolls_waitNowAndThen() {
    assertThat(pollAfter(Duration.ofMillis(399), Duration.ZERO)).isZero();
    assertThat(pollAfter(Duration.ofMillis(1), Duration.ZERO)).isPositive();
    assertThat(pollAfter(Duration.ofMillis(399), Duration.ofMillis(1)))
        .isEqualTo(Duration.ofMillis(1));
    assertThat(pollAfter(Duration.ofMillis(1), Duration.ofMillis(1)))
        .isGreaterThan(Duration.ofMillis(1));
  }

  @Test
  void longPolls_stayAsTheyAre_andCountAsWaits() {
    assertThat(pollAfter(Duration.ofSeconds(1), LONG)).isEqualTo(LONG);
    assertThat(pollAfter(Duration.ofMillis(399), Duration.ZERO)).isZero();
  }
}
