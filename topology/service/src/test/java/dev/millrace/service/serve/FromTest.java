package dev.millrace.service.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.apache.kafka.clients.admin.OffsetSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FromTest {

  @Test
  void words_areOffsets() {
    assertThat(From.parse("earliest").offsets()).isInstanceOf(OffsetSpec.EarliestSpec.class);
    assertThat(From.parse("latest").offsets()).isInstanceOf(OffsetSpec.LatestSpec.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1970-01-01T00:00:12.500Z", "12500", "1970-01-01T01:00:12.500+01:00"})
  void times_areInstantsOrMilliseconds(String text) {
    assertThat(From.parse(text))
        .returns(text, From::text)
        .extracting(From::offsets)
        .isInstanceOf(OffsetSpec.TimestampSpec.class);
    assertThat(From.millis(text)).isEqualTo(12_500);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "now", "Latest", "-1", "2026-01-31", "99999999999999999999"})
  void otherTexts_areRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> From.parse(text))
        .withMessageStartingWith("from: " + text + " is not earliest, latest, an instant such as");
  }
}
