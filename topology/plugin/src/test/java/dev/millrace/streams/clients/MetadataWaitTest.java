package dev.millrace.streams.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("build-kafka")
class MetadataWaitTest {

  private static final Duration LONG = Duration.ofMillis(200);

  private long now;
  private final MetadataWait wait = new MetadataWait(() -> now);

  private Duration pollAfter(Duration sinceLastPoll, Duration timeout) {
    now += sinceLastPoll.toNanos();
    return wait.of(timeout);
  }

  @Test
  void shortPolls_waitNowAndThen() {
    assertThat(pollAfter(Duration.ofMillis(399), Duration.ZERO)).isZero();
    assertThat(pollAfter(Duration.ofMillis(50), Duration.ZERO)).isPositive();
    assertThat(pollAfter(Duration.ofMillis(399), Duration.ofMillis(1)))
        .isEqualTo(Duration.ofMillis(1));
    assertThat(pollAfter(Duration.ofMillis(50), Duration.ofMillis(1)))
        .isGreaterThan(Duration.ofMillis(1));
  }

  @Test
  void longPolls_stayAsTheyAre_andCountAsWaits() {
    assertThat(pollAfter(Duration.ofSeconds(1), LONG)).isEqualTo(LONG);
    assertThat(pollAfter(Duration.ofMillis(399), Duration.ZERO)).isZero();
  }

  /** The metadata of a large cluster, or from another region, takes longer than 20 ms. */
  @Test
  void someWaits_areLong() {
    List<Duration> waits = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      waits.add(pollAfter(Duration.ofMillis(250), Duration.ZERO));
    }

    assertThat(waits)
        .filteredOn(wait -> wait.compareTo(Duration.ofMillis(200)) >= 0)
        .hasSizeBetween(2, 3);
    assertThat(waits.stream().reduce(Duration.ZERO, Duration::plus))
        .isLessThan(Duration.ofSeconds(1)); // of ten
  }

  /** Such polls read the metadata themselves. A wait would delay answers. */
  @Test
  void pollsInARow_neverWait() {
    pollAfter(Duration.ofSeconds(1), Duration.ZERO);

    for (int i = 0; i < 1_000; i++) {
      assertThat(pollAfter(Duration.ofMillis(1), Duration.ZERO)).isZero();
    }
  }
}
