package dev.millrace.service.command.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

/** Tests how often and how long a command retries while no broker answers. */
class BrokerPatienceTest {

  private final List<Long> pauses = new ArrayList<>();
  private long nanos = 17;
  private boolean stopped;
  private int attempts;

  private BrokerPatience patience(Duration limit) {
    return new BrokerPatience(
        limit,
        pause -> {
          pauses.add(Duration.ofNanos(pause).toMillis());
          nanos += pause;
          return stopped;
        },
        () -> nanos);
  }

  /** {@return an attempt that fails after a time without an answer} */
  private BrokerPatience.Attempt silent(Duration time) {
    return () -> {
      attempts++;
      nanos += time.toNanos();
      throw Cluster.unreachable("here:1", time, new TimeoutException());
    };
  }

  @Test
  void brokerThatAnswers_isAskedOnce() throws Exception {
    assertThat(patience(Duration.ZERO).run("here:1", () -> attempts++)).isTrue();

    assertThat(attempts).isEqualTo(1);
    assertThat(pauses).isEmpty();
  }

  @Test
  void brokerThatComesLater_isFound() throws Exception {
    BrokerPatience.Attempt late =
        () -> {
          attempts++;
          if (attempts < 4) {
            throw new TimeoutException("busy");
          }
        };

    assertThat(patience(Duration.ofMinutes(2)).run("here:1", late)).isTrue();

    assertThat(pauses).containsExactly(500L, 1_000L, 2_000L);
  }

  @Test
  void brokerThatNeverAnswers_isGivenUp_afterTheLimit() {
    assertThatThrownBy(
            () -> patience(Duration.ofMinutes(2)).run("here:1", silent(Duration.ofSeconds(8))))
        .isInstanceOf(UnreachableBrokerException.class)
        .hasMessageStartingWith("no answer from a broker at here:1 within 12")
        .hasMessageContaining("down or busy");

    assertThat(pauses).startsWith(500L, 1_000L, 2_000L, 4_000L, 8_000L, 10_000L, 10_000L);
    assertThat(Duration.ofNanos(nanos)).isBetween(Duration.ofSeconds(120), Duration.ofSeconds(130));
  }

  @Test
  void withoutPatience_itIsTriedOnce() {
    assertThatThrownBy(() -> patience(Duration.ZERO).run("here:1", silent(Duration.ofMillis(300))))
        .hasMessageStartingWith("no answer from a broker at here:1 within 0.3 s: ");

    assertThat(attempts).isEqualTo(1);
  }

  @Test
  void refusal_endsItAtOnce() {
    SaslAuthenticationException wrong = new SaslAuthenticationException("wrong password");

    assertThatThrownBy(
            () ->
                patience(Duration.ofMinutes(2))
                    .run(
                        "here:1",
                        () -> {
                          throw wrong;
                        }))
        .isSameAs(wrong);
    assertThat(pauses).isEmpty();
  }

  @Test
  void unknownName_isTriedAgain_andStaysWhatItIs() {
    UnreachableBrokerException unknown =
        new UnreachableBrokerException("no broker can be found by the name", true, null);

    assertThatThrownBy(
            () ->
                patience(Duration.ofSeconds(5))
                    .run(
                        "here:1",
                        () -> {
                          throw unknown;
                        }))
        .isSameAs(unknown);
    assertThat(pauses).hasSizeGreaterThan(2);
  }

  @Test
  void stop_endsTheWait() throws Exception {
    stopped = true;

    assertThat(patience(Duration.ofMinutes(2)).run("here:1", silent(Duration.ofSeconds(8))))
        .isFalse();
    assertThat(attempts).isEqualTo(1);
  }
}
