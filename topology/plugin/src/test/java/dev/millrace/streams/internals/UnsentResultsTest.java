package dev.millrace.streams.internals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

class UnsentResultsTest {

  private final StreamsException failure = new StreamsException("too large");

  private Set<String> tasks = Set.of("one", "two");
  private final UnsentResults unsent = new UnsentResults(() -> tasks);

  private void assertFails() {
    assertThatThrownBy(unsent::requireNone).isSameAs(failure);
  }

  @Test
  void failure_isThrown_whileATaskRunsThatRanThen() {
    unsent.requireNone();
    unsent.add(failure);
    assertFails();

    tasks = Set.of("two", "three");
    assertFails();
    tasks = Set.of("three");
    unsent.requireNone();
    tasks = Set.of("one");
    unsent.requireNone();
  }

  /** Kafka Streams, too, throws the first failure. */
  @Test
  void firstFailure_isThrown() {
    unsent.add(failure);
    unsent.add(new StreamsException("another"));

    assertFails();
    assertFails();
  }

  @Test
  void laterFailure_isThrown_fromThenOn() {
    unsent.add(new StreamsException("an earlier one"));
    assertThatThrownBy(unsent::requireNone).hasMessage("an earlier one");

    unsent.add(failure);

    assertFails();
  }

  @Test
  void abortedResults_areNotMissing() {
    unsent.add(failure);
    unsent.forget();
    unsent.requireNone();

    unsent.add(failure);
    assertFails();
    unsent.forget();
    unsent.requireNone();
  }

  @Test
  void fatalFailures_areThoseOfKafkaStreams() {
    assertThat(UnsentResults.isFatal(new AuthenticationException("no"))).isTrue();
    assertThat(UnsentResults.isFatal(new SerializationException("odd"))).isTrue();
    assertThat(UnsentResults.isFatal(new IllegalStateException("odd"))).isTrue();
    assertThat(UnsentResults.isFatal(new RecordTooLargeException("too large"))).isFalse();
  }
}
