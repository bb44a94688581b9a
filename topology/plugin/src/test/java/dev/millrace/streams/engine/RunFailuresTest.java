package dev.millrace.streams.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunFailuresTest {

  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final List<String> lines = new ArrayList<>();
  private final RunFailures failures = new RunFailures(lines::add);

  @Test
  void batchesThatFailWithinAMinute_areOneWarning() {
    for (int i = 0; i < 50; i++) {
      failures.batchFailed(7 + i * SECOND, 1, 8, "not finite");
    }

    assertThat(lines)
        .containsExactly("1 of 8 images of a batch failed, and run again one by one: not finite");
  }

  @Test
  void warningAfterAMinute_countsTheBatchesThatWereHeldBack() {
    for (int i = 0; i < 63; i++) {
      failures.batchFailed(i * SECOND, 8, 8, "broken");
    }

    assertThat(lines)
        .hasSize(2)
        .last()
        .isEqualTo(
            "8 of 8 images of a batch failed, and run again one by one: broken (59 more batches"
                + " since the last warning)");
  }

  @Test
  void rareFailures_areAllTold() {
    for (int i = 0; i < 3; i++) {
      failures.batchFailed(60 * SECOND * i, 1, 1, "odd");
    }

    assertThat(lines).hasSize(3).allMatch(line -> line.endsWith(": odd"));
  }
}
