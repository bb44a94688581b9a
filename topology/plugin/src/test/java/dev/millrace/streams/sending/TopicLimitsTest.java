package dev.millrace.streams.sending;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicLimitsTest {

  private static final long NOW = 1_800_000_000_000L;
  private static final long HOUR = 3_600_000;

  private static Config config(String... keysAndValues) {
    return new Config(
        Stream.iterate(0, i -> i < keysAndValues.length, i -> i + 2)
            .map(i -> new ConfigEntry(keysAndValues[i], keysAndValues[i + 1]))
            .toList());
  }

  @Test
  void topic_refusesWhatIsLargerThanItsLimit_andSaysHowToRaiseIt() {
    TopicLimits limits = TopicLimits.of(config("max.message.bytes", "1000"));

    assertThat(limits.refusal(true, 1000, NOW, NOW)).isEmpty();
    assertThat(limits.refusal(true, 1001, NOW, NOW))
        .hasValueSatisfying(reason -> assertThat(reason).contains("1001", "1000", "max.message"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"compact", "compact,delete", "delete,compact", "COMPACT"})
  void compactedTopic_refusesWhatHasNoKey(String policy) {
    TopicLimits limits = TopicLimits.of(config("cleanup.policy", policy));

    assertThat(limits.refusal(false, 10, NOW, NOW)).isPresent();
    assertThat(limits.refusal(true, 10, NOW, NOW)).isEmpty();
  }

  @Test
  void topicThatDeletes_takesWhatHasNoKey() {
    TopicLimits limits = TopicLimits.of(config("cleanup.policy", "delete"));

    assertThat(limits.refusal(false, 10, NOW, NOW)).isEmpty();
  }

  /**
   * The broker's clock may differ from this machine's clock. So each limit is reduced by a minute,
   * or by a tenth of the limit if this is less.
   */
  @ParameterizedTest
  @CsvSource({
    "3600000, 3000000, 3540000, true",
    "3600000, 3000000, 3540001, false",
    "3600000, 3000000, -2940000, true",
    "3600000, 3000000, -2940001, false",
    "1000, 1000, 900, true",
    "1000, 1000, 901, false",
    "9223372036854775807, 9223372036854775807, 999999999999, true",
    "9223372036854775807, 9223372036854775807, -999999999999, true",
  })
  void topic_refusesTimestampsThatAreTooFarAway(
      String after, String before, long ahead, boolean taken) {
    TopicLimits limits =
        TopicLimits.of(
            config(
                "message.timestamp.after.max.ms", after,
                "message.timestamp.before.max.ms", before));

    assertThat(limits.refusal(true, 10, NOW + ahead, NOW).isEmpty()).isEqualTo(taken);
  }

  @Test
  void topicThatStampsRecordsItself_takesEveryTimestamp() {
    TopicLimits limits =
        TopicLimits.of(
            config(
                "message.timestamp.type",
                "LogAppendTime",
                "message.timestamp.after.max.ms",
                "1",
                "message.timestamp.before.max.ms",
                "1"));

    assertThat(limits.refusal(true, 10, NOW + 100 * HOUR, NOW)).isEmpty();
    assertThat(limits.refusal(true, 10, 0, NOW)).isEmpty();
  }

  @Test
  void negativeTimestamp_isRefusedByAll() {
    assertThat(TopicLimits.of(new Config(List.of())).refusal(true, 10, -1, NOW)).isPresent();
  }
}
