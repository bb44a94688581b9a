package dev.millrace.service.serve;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.runtime.InferenceException;
import dev.millrace.events.WireFormat;
import dev.millrace.registry.SchemaRegistry;
import dev.millrace.service.health.ThreadFailure;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RestartPolicyTest {

  private final StreamsException failure =
      new StreamsException("in a thread", new InferenceException("slow", new TimeoutException()));

  private long now = Long.MAX_VALUE - 1_000; // nanoTime may overflow
  private int prepared;
  private final RestartPolicy policy = new RestartPolicy(1, () -> prepared++, () -> now);

  @Test
  void sixthStallWithinAnHour_endsTheClient() {
    for (int i = 0; i < 5; i++) {
      assertThat(policy.handle(failure)).isEqualTo(REPLACE_THREAD);
      assertThat(policy.fatal()).isNull();
      now += Duration.ofMinutes(12).toNanos();
    }

    assertThat(policy.handle(failure)).isEqualTo(SHUTDOWN_CLIENT);
    assertThat(policy.fatal()).isSameAs(failure);
  }

  @Test
  void threadsThatFailTogether_doNotUseUpEachOthersRestarts() {
    RestartPolicy ofThree = new RestartPolicy(3, () -> {}, () -> now);
    for (int i = 0; i < 15; i++) {
      assertThat(ofThree.handle(failure)).isEqualTo(REPLACE_THREAD);
    }

    assertThat(ofThree.handle(failure)).isEqualTo(SHUTDOWN_CLIENT);
  }

  @Test
  void oldFailures_areForgotten() {
    for (int i = 0; i < 50; i++) {
      assertThat(policy.handle(failure)).isEqualTo(REPLACE_THREAD);
      now += Duration.ofMinutes(12).plusSeconds(1).toNanos();
    }
  }

  static Stream<Throwable> hopeless() {
    return Stream.of(
        new SaslAuthenticationException("no"),
        new TopicAuthorizationException("no"),
        new MissingSourceTopicException("no"),
        new InvalidRequestException("no"),
        new BadImageException(BadImageException.Reason.EMPTY, "no"),
        new UnsatisfiedLinkError("no"),
        new OutOfMemoryError("no"),
        new InferenceException("the device is broken", null));
  }

  @ParameterizedTest
  @MethodSource("hopeless")
  void hopelessFailure_endsTheClientAtOnce(Throwable cause) {
    StreamsException wrapped = new StreamsException("in a thread", cause);

    assertThat(policy.handle(wrapped)).isEqualTo(SHUTDOWN_CLIENT);
    assertThat(policy.fatal()).isSameAs(wrapped);
  }

  static Stream<Throwable> failuresThatAreWaitedFor() {
    return Stream.of(
        new NotEnoughReplicasException("brokers are away"),
        new KafkaException(new IOException("the store is away")),
        new IllegalStateException("one record's"));
  }

  @ParameterizedTest
  @MethodSource("failuresThatAreWaitedFor")
  void failureOfTheWorldOrOfARecord_usesUpNoRestart(Throwable cause) {
    for (int i = 0; i < 100; i++) {
      assertThat(policy.handle(new StreamsException("in a thread", cause)))
          .isEqualTo(REPLACE_THREAD);
    }
    assertThat(prepared).isEqualTo(100);
    assertThat(policy.last()).contains(new ThreadFailure(now, innermost(cause).getMessage()));

    assertThat(policy.handle(failure)).isEqualTo(REPLACE_THREAD);
  }

  private static Throwable innermost(Throwable failure) {
    return failure.getCause() == null ? failure : innermost(failure.getCause());
  }

  /** The JDK's exception for a time that has passed has no message. */
  @Test
  void reason_isTheInnermostMessage() {
    policy.handle(
        new StreamsException(
            "in a thread",
            new IllegalStateException("the device gave no answer", new TimeoutException())));
    assertThat(policy.last()).contains(new ThreadFailure(now, "the device gave no answer"));

    policy.handle(new StreamsException("in a thread", new TimeoutException()));
    assertThat(policy.last())
        .contains(new ThreadFailure(now, "java.util.concurrent.TimeoutException"));

    policy.handle(new StreamsException("of Kafka Streams itself"));
    assertThat(policy.last()).contains(new ThreadFailure(now, "of Kafka Streams itself"));
  }

  @Test
  void brokenDevice_isTheReason_andNotWhatItAnswered() {
    policy.handle(
        new StreamsException(
            "in a thread",
            new InferenceException("cpu is broken", new InferenceException("NaN", null))));

    assertThat(policy.last()).contains(new ThreadFailure(now, "cpu is broken"));
  }

  /** The innermost message would be "no connection", or only the name of a file. */
  @Test
  void registryAndRepository_areTheReason_andNotTheirCauses() {
    Throwable away =
        catchThrowable(
            () ->
                SchemaRegistry.labelDeserializer(
                        Map.of("schema.registry.url", "http://127.0.0.1:1"))
                    .deserialize("labels", WireFormat.frame(1, 1).array()));
    policy.handle(new StreamsException("in a thread", away));
    assertThat(policy.last().orElseThrow().reason())
        .startsWith("the schema registry does not answer ([http://127.0.0.1:1]: ")
        .endsWith("; start it, or correct its address");

    policy.handle(
        new StreamsException(
            "in a thread",
            new ModelException("no version can be read", new NoSuchFileException("/models"))));
    assertThat(policy.last()).contains(new ThreadFailure(now, "no version can be read"));
  }
}
