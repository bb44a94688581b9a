package dev.millrace.streams.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.streams.internals.UnsentResults;
import dev.millrace.streams.sending.RefusedSends;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.errors.TransactionAbortedException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests the producer without a reachable broker. */
@Timeout(30)
class PromptProducerTest {

  /** The running tasks of the thread. */
  private Set<String> tasks = Set.of("a task");

  private final PromptProducer producer =
      new PromptProducer(
          Map.of("bootstrap.servers", "localhost:1", "max.block.ms", 50),
          () -> null,
          new CommittedOffsets(),
          new UnsentResults(() -> tasks));
  private final List<Exception> failures = new ArrayList<>();

  @AfterEach
  void close() {
    producer.close();
  }

  /** Sends a record, and waits until the send has failed. */
  private void send() {
    var unused =
        producer.send(
            new ProducerRecord<>("predictions", new byte[1]),
            (metadata, failure) -> failures.add(failure));
    assertThat(failures).hasSize(1);
  }

  /** For a retriable failure, Kafka Streams would give up the work of only one task. */
  @Test
  void failureThatMayPass_letsTheThreadJoinAgain() {
    send();

    assertThat(failures.get(0))
        .isInstanceOf(OutOfOrderSequenceException.class)
        .hasCauseInstanceOf(TimeoutException.class)
        .hasMessageContaining("predictions");
  }

  /** Kafka Streams may forget the failure when it closes another task. */
  @Test
  void resultsOfATask_areNotCommitted_afterAResultWasNotSent() {
    send();

    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(producer::flush)
          .isInstanceOf(TaskMigratedException.class)
          .hasCauseInstanceOf(TimeoutException.class);
    }
  }

  @Test
  void resultsOfATask_areCommitted_afterTheThreadHasJoinedAgain() {
    send();
    assertThatThrownBy(producer::flush).isInstanceOf(TaskMigratedException.class);

    tasks = Set.of("another task");

    producer.flush();
  }

  /** Kafka Streams asks the handler while it is told about the failure. */
  @Test
  void resultsOfATask_areNotCommitted_afterTheHandlerHasRefusedASend() {
    Exception tooLarge = new RecordTooLargeException("too large");

    producer.failed("predictions", PromptProducerTest::refuse, null, tooLarge);

    assertThatThrownBy(producer::flush)
        .isInstanceOf(StreamsException.class)
        .isNotInstanceOf(TaskMigratedException.class)
        .hasMessageContainingAll("predictions", "too large")
        .hasCause(tooLarge);
  }

  @SuppressWarnings("deprecation") // Kafka Streams calls this method in versions before 4.2
  private static void refuse(RecordMetadata metadata, Exception failure) {
    new RefusedSends().handle(null, null, failure);
  }

  /** Kafka Streams asks no handler about such a failure. */
  @Test
  void resultsOfATask_areNotCommitted_afterASendWithoutAuthorization() {
    producer.failed(
        "predictions", null, null, new TopicAuthorizationException(Set.of("predictions")));

    assertThatThrownBy(producer::flush).isInstanceOf(StreamsException.class);
  }

  /** With another handler, the application may drop records that cannot be sent. */
  @Test
  void resultsOfATask_areCommitted_ifTheHandlerHasDroppedARecord() {
    producer.failed(
        "predictions", (metadata, failure) -> {}, null, new RecordTooLargeException("too large"));

    producer.flush();
  }

  /** The abort has cancelled the send, and Kafka Streams 3.9 asks the handler about it. */
  @Test
  void resultsOfATask_areCommitted_afterAnAbortedSend() {
    producer.failed(
        "predictions", PromptProducerTest::refuse, null, new TransactionAbortedException());

    producer.flush();
  }

  /** The application's exception handler decides about such a failure, and may drop the record. */
  @Test
  void failureThatStays_isPassedOn() {
    Exception failure = new RecordTooLargeException("too large");

    assertThat(PromptProducer.withoutRetry(failure)).isSameAs(failure);
    assertThat(PromptProducer.withoutRetry(null)).isNull();
  }

  static Exception[] aborts() {
    return new Exception[] {
      new TransactionAbortableException("abort"), new InvalidTxnStateException("aborted")
    };
  }

  /** A broker asks to abort the transaction, or has aborted it. */
  @ParameterizedTest
  @MethodSource("aborts")
  void failureOfATransaction_letsTheThreadJoinAgain(Exception failure) {
    assertThat(PromptProducer.withoutRetry(failure))
        .isInstanceOf(OutOfOrderSequenceException.class)
        .hasCause(failure);
  }
}
