package dev.millrace.blobs;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FetchLimitsTest {

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @Test
  void limitThatIsNotPositive_isRefused() {
    assertThatThrownBy(() -> new FetchLimits(0, MINUTE, SECOND, SECOND, 1))
        .hasMessage("the largest size of data is 0 and must be at least 1");
    assertThatThrownBy(() -> new FetchLimits(1, MINUTE, Duration.ZERO, SECOND, 1))
        .hasMessage("the time limit of a connection is 0 and must be at least 1");
    assertThatThrownBy(() -> new FetchLimits(1, MINUTE, SECOND, Duration.ofNanos(9), 1))
        .hasMessage("the time limit of a server's silence is 0 and must be at least 1");
    assertThatThrownBy(() -> new FetchLimits(1, MINUTE, SECOND, SECOND, 0))
        .hasMessage("the number of fetches at the same time is 0 and must be at least 1");
  }

  @Test
  void silence_mustBeShorterThanTheWholeFetch() {
    assertThatThrownBy(() -> new FetchLimits(1, SECOND, SECOND, SECOND, 1))
        .hasMessageContaining("must be shorter than the time limit of a fetch");
  }
}
