package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WaitLimitTest {

  private static WaitLimit limit(Object... keysAndValues) {
    Map<String, Object> config = new HashMap<>();
    config.put("application.id", "test");
    config.put("bootstrap.servers", "nowhere:1");
    for (int i = 0; i < keysAndValues.length; i += 2) {
      config.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return WaitLimit.of(config);
  }

  @Test
  void wait_isHalfOfThePollInterval() {
    WaitLimit limit = limit();
    assertThat(limit.longest()).isEqualTo(Duration.ofSeconds(150));
    assertThat(limit.start()).isEqualTo(Duration.ofSeconds(150));

    limit = limit("max.poll.interval.ms", "600");
    assertThat(limit.longest()).isEqualTo(Duration.ofMillis(300));
    assertThat(limit.start()).isEqualTo(Duration.ofMillis(300));
  }

  /**
   * Kafka accepts spaces around a number, which a properties file may hold at the end of a line.
   */
  @Test
  void pollInterval_mayHaveSpaces() {
    assertThat(limit("max.poll.interval.ms", "600 ").pollInterval())
        .isEqualTo(Duration.ofMillis(600));
  }

  @Test
  void wait_underExactlyOnce_leavesTheTransactionTimeForItsCommit() {
    WaitLimit limit =
        limit(
            "processing.guarantee", "exactly_once_v2",
            "commit.interval.ms", 100,
            "transaction.timeout.ms", 10_000);

    assertThat(limit.longest()).isEqualTo(Duration.ofMillis(7_900));
    assertThat(limit.start()).isEqualTo(Duration.ofSeconds(150));
  }

  @Test
  void wait_underExactlyOnce_staysWithinThePollInterval() {
    assertThat(
            limit("processing.guarantee", "exactly_once_v2", "max.poll.interval.ms", 1_000)
                .longest())
        .isEqualTo(Duration.ofMillis(500));
  }

  @Test
  void transactionTimeout_thatLeavesNoTime_isRefused() {
    assertThatThrownBy(
            () ->
                limit(
                    "processing.guarantee", "exactly_once_v2",
                    "commit.interval.ms", 500,
                    "transaction.timeout.ms", 2_500))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "transaction.timeout.ms: 2500 leaves no time to wait for a batch; it must exceed"
                + " commit.interval.ms (500) by more than 2000 ms");
    assertThat(
            limit(
                    "processing.guarantee", "exactly_once_v2",
                    "commit.interval.ms", 500,
                    "transaction.timeout.ms", 2_501)
                .longest())
        .isEqualTo(Duration.ofMillis(1));
  }

  /** Kafka Streams 3.9 accepts them; later versions refuse them themselves. */
  @ParameterizedTest
  @ValueSource(strings = {"exactly_once", "exactly_once_beta"})
  void deprecatedGuarantee_isRefused(String guarantee) {
    assertThatThrownBy(() -> WaitLimit.isExactlyOnce(guarantee))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "processing.guarantee: "
                + guarantee
                + " is not supported; set exactly_once_v2, which needs brokers of version 2.5 or newer");
  }

  @Test
  void silence_isTenCommitIntervals_andAtLeastFiveMinutes() {
    Duration silence =
        limit("commit.interval.ms", 500, "max.poll.interval.ms", 60_000).commitSilence();

    assertThat(silence).isEqualTo(Duration.ofMinutes(5));
    assertThat(limit("commit.interval.ms", 90_000).commitSilence())
        .isEqualTo(Duration.ofMinutes(15));
  }

  /** While a member does not poll, the group rebalances, and no member commits. */
  @Test
  void silence_isAlsoTwoPollIntervals() {
    assertThat(limit().commitSilence()).isEqualTo(Duration.ofMinutes(10));
    assertThat(limit("max.poll.interval.ms", 900_000).commitSilence())
        .isEqualTo(Duration.ofMinutes(30));
  }
}
