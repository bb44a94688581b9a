package dev.millrace.streams.internals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaStreamsVersionTest {

  /** The build runs this test with several versions of Kafka Streams. */
  @Test
  void running_isTheVersionOnTheClassPath() {
    KafkaStreamsVersion running = KafkaStreamsVersion.running();

    assertThat(running.text()).matches("\\d+\\.\\d+\\.\\d+");
    assertThat(running.isAtLeast(3, 9)).isTrue();
    assertThat(running.isAtLeast(5, 0)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.8.1", "3.0.0", "2.8.2", "3.8.0-ccs"})
  void oldVersion_isRefusedInOneLineThatNamesTheRange(String text) {
    assertThatThrownBy(() -> KafkaStreamsVersion.of(text).requireSupported())
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage(
            "Kafka Streams "
                + text
                + " is too old: Millrace works with 3.9 to 4.4; use one of these");
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.9.0", "3.9.2", "4.0.0", "4.4.0", "4.5.0", "5.0.0-SNAPSHOT", "unknown"})
  void otherVersion_isTried(String text) {
    assertThatCode(() -> KafkaStreamsVersion.of(text).requireSupported())
        .doesNotThrowAnyException();
  }

  @Test
  void versions_areComparedAsNumbers() {
    KafkaStreamsVersion version = KafkaStreamsVersion.of("4.10.0");

    assertThat(version.isAtLeast(4, 9)).isTrue();
    assertThat(version.isAtLeast(4, 11)).isFalse();
    assertThat(version.isAtLeast(3, 99)).isTrue();
    assertThat(version.isAtLeast(5, 0)).isFalse();
  }
}
