package dev.millrace.service.serve;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.BadImageException;
import java.time.Duration;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RestartPolicyTest {

  private final StreamsException failure = new StreamsException("broken");

  private long now = Long.MAX_VALUE - 1_000; // nanoTime may overflow
  private final RestartPolicy policy = new RestartPolicy(1, () -> now);

  @Test
  void sixthFailureWithinFiveMinutes_endsTheClient() {
    for (int i = 0; i < 5; i++) {
      assertThat(policy.handle(failure)).isEqualTo(REPLACE_THREAD);
      assertThat(policy.fatal()).isNull();
      now += Duration.ofMinutes(1).toNanos();
    }

    assertThat(policy.handle(failure)).isEqualTo(SHUTDOWN_CLIENT);
    assertThat(policy.fatal()).isSameAs(failure);
  }

  @Test
  void threadsThatFailTogether_doNotUseUpEachOthersRestarts() {
    RestartPolicy ofThree = new RestartPolicy(3, () -> now);
    for (int i = 0; i < 15; i++) {
      assertThat(ofThree.handle(failure)).isEqualTo(REPLACE_THREAD);
    }

    assertThat(ofThree.handle(failure)).isEqualTo(SHUTDOWN_CLIENT);
  }

  @Test
  void oldFailures_areForgotten() {
    for (int i = 0; i < 50; i++) {
      assertThat(policy.handle(failure)).isEqualTo(REPLACE_THREAD);
      now += Duration.ofMinutes(1).plusSeconds(1).toNanos();
    }
  }

  static Stream<Throwable> hopeless() {
    return Stream.of(
        new SaslAuthenticationException("no"),
        new TopicAuthorizationException("no"),
        new MissingSourceTopicException("no"),
        new BadImageException(BadImageException.Reason.EMPTY, "no"),
        new UnsatisfiedLinkError("no"));
  }

  @ParameterizedTest
  @MethodSource("hopeless")
  void hopelessFailure_endsTheClientAtOnce(Throwable cause) {
    StreamsException wrapped = new StreamsException("in a thread", cause);

    assertThat(policy.handle(wrapped)).isEqualTo(SHUTDOWN_CLIENT);
    assertThat(policy.fatal()).isSameAs(wrapped);
  }
}
