package dev.millrace.streams.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.streams.Blame;
import java.time.Duration;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OpenTransactionTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private long now = 7;
  private final OpenTransaction transaction = new OpenTransaction(() -> now);

  private void pass(Duration time) {
    now += time.toNanos();
  }

  private void await(Duration time) {
    pass(time);
    transaction.waited(time.toNanos());
  }

  private KafkaException late() {
    return transaction.late(new ProducerFencedException("fenced"), TIMEOUT);
  }

  @Test
  void waitsOfSeveralTasks_makeATransactionLate() {
    transaction.begins();
    await(Duration.ofSeconds(6));
    assertThat(late()).isNull();

    await(Duration.ofSeconds(5));

    assertThat(late())
        .hasMessageContaining("open for 11000 ms")
        .hasMessageContaining("waited 11000 ms")
        .hasMessageContaining("Raise transaction.timeout.ms (10000)");
    assertThat(Blame.of(late())).isEqualTo(Blame.UNKNOWN);
  }

  @Test
  void transaction_isNotLate_ifTheThreadWasBusyWithSomethingElse() {
    transaction.begins();
    await(Duration.ofSeconds(4));
    pass(Duration.ofSeconds(7));

    assertThat(late()).isNull();
  }

  @Test
  void waitsOfAnotherTransaction_doNotCount() {
    transaction.begins();
    await(Duration.ofSeconds(11));
    transaction.ends();
    assertThat(late()).isNull();

    await(Duration.ofSeconds(11));
    transaction.begins();
    pass(Duration.ofSeconds(11));

    assertThat(late()).isNull();
  }

  static Exception[] aborts() {
    return new Exception[] {
      new InvalidProducerEpochException("old epoch"),
      new TransactionAbortableException("abort"),
      new KafkaException("the transaction has failed", new ProducerFencedException("fenced"))
    };
  }

  @ParameterizedTest
  @MethodSource("aborts")
  void abortedTransaction_isLate(Exception failure) {
    transaction.begins();
    await(Duration.ofSeconds(10));

    assertThat(transaction.late(failure, TIMEOUT)).hasSuppressedException(failure);
  }

  /** The broker may be away, and the transaction may still be open. */
  @Test
  void otherFailure_isNotLate() {
    transaction.begins();
    await(Duration.ofSeconds(11));

    assertThat(transaction.late(new TimeoutException("no answer"), TIMEOUT)).isNull();
    assertThat(transaction.late(null, TIMEOUT)).isNull();
  }

  static KafkaException[] abortsThatFailKafkaStreams() {
    return new KafkaException[] {
      new TransactionAbortableException("abort"),
      new InvalidTxnStateException("aborted"),
      new KafkaException("the transaction has failed", new InvalidTxnStateException("aborted"))
    };
  }

  @ParameterizedTest
  @MethodSource("abortsThatFailKafkaStreams")
  void abortOfTheBroker_letsTheThreadJoinAgain(KafkaException failure) {
    assertThat(OpenTransaction.joiningAgain(failure))
        .isInstanceOf(InvalidProducerEpochException.class)
        .hasCause(failure);
  }

  @Test
  void otherFailure_isPassedOn() {
    KafkaException failure = new TimeoutException("no answer");

    assertThat(OpenTransaction.joiningAgain(failure)).isSameAs(failure);
  }
}
