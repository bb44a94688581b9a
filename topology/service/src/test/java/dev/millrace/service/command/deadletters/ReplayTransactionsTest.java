package dev.millrace.service.command.deadletters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.service.command.lifecycle.CommandException;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class ReplayTransactionsTest {

  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final ReplayTransactions transactions = new ReplayTransactions(producer, "dead");

  private void send(int count) {
    for (int i = 0; i < count; i++) {
      transactions.send(
          new ProducerRecord<>("images", new byte[1]),
          new ProducerRecord<>("dead.replayed", new byte[1]));
    }
  }

  /** The producer's history holds only committed records. */
  @Test
  void transaction_endsAfter100DeadLetters() {
    send(99);
    assertThat(producer.history()).isEmpty();
    send(1);
    assertThat(producer.history()).hasSize(200);
    send(1);
    assertThat(producer.history()).hasSize(200);

    transactions.commit();
    transactions.commit();

    assertThat(producer.history()).hasSize(202);
    assertThat(producer.commitCount()).isEqualTo(2);
  }

  @Test
  void secondReplay_endsTheFirst() {
    send(1);
    producer.fenceProducer();

    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(transactions::commit)
        .withMessage("another replay of dead has started and continues; run one replay at a time");
  }
}
