package dev.millrace.service.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RepeatsTest {

  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  private final Repeats repeats = new Repeats();

  @Test
  void line_passesOnceAMinute_andTheOthersAreCounted() {
    assertThat(repeats.passes("NetworkClient", "correlation id 1: gone", 0)).isTrue();
    for (int i = 2; i <= 1_249; i++) {
      assertThat(repeats.passes("NetworkClient", "correlation id " + i + ": gone", i)).isFalse();
    }
    assertThat(repeats.takeHeld(MINUTE - 1)).isEmpty();

    assertThat(repeats.takeHeld(MINUTE))
        .containsExactly(new Repeats.Held("correlation id 1: gone", 1_248));
    assertThat(repeats.takeHeld(MINUTE)).isEmpty();
    assertThat(repeats.passes("NetworkClient", "correlation id 1250: gone", MINUTE)).isTrue();
  }

  @Test
  void lineThatCameOnce_isNotTold() {
    assertThat(repeats.passes("a", "gone", 0)).isTrue();

    assertThat(repeats.takeHeld(2 * MINUTE)).isEmpty();
  }

  @Test
  void otherLines_andOtherSources_pass() {
    assertThat(repeats.passes("a", "gone", 0)).isTrue();
    assertThat(repeats.passes("b", "gone", 0)).isTrue();
    assertThat(repeats.passes("a", "come", 0)).isTrue();
  }

  /** A repetition after the end of the minute, but before the report, is counted. */
  @Test
  void lineBetweenTheMinutesEndAndTheTelling_isCounted() {
    assertThat(repeats.passes("a", "gone", 0)).isTrue();
    assertThat(repeats.passes("a", "gone", 1)).isFalse();
    assertThat(repeats.passes("a", "gone", MINUTE + 1)).isFalse();

    assertThat(repeats.takeHeld(MINUTE + 2)).containsExactly(new Repeats.Held("gone", 2));
  }

  @Test
  void thousandsOfDifferentLines_areNotKept() {
    assertThat(repeats.passes("a", "first", 0)).isTrue();
    assertThat(IntStream.range(0, 1_000))
        .allMatch(i -> repeats.passes("source " + "x".repeat(i), "line", 0));

    assertThat(repeats.passes("a", "first", 1)).isTrue();
  }
}
