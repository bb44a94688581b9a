package dev.millrace.service.command.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DurationsTest {

  @ParameterizedTest
  @CsvSource({"41.4, 0:41 min", "119.6, 2:00 min", "3600, 1 h 00 min", "7500, 2 h 05 min"})
  void duration_isTextInMinutesOrHours(double seconds, String expected) {
    assertThat(Durations.text(seconds)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "-PT5S, 0 seconds",
    "PT1S, 1 second",
    "PT119S, 1 minute",
    "PT5H, 5 hours",
    "PT49H, 2 days"
  })
  void age_isInItsLargestUnit(Duration age, String expected) {
    assertThat(Durations.age(age)).isEqualTo(expected);
  }
}
