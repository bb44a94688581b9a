package dev.millrace.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RunNameTest {

  @Test
  void runsOfTheSameSecond_haveDifferentNames() {
    Instant now = Instant.parse("2026-01-01T12:00:00Z");
    List<String> names = Stream.generate(() -> RunName.unique(now)).limit(1_000).toList();

    assertThat(names).doesNotHaveDuplicates().allMatch(name -> name.startsWith("20260101-120000-"));
  }
}
