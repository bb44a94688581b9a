package dev.millrace.streams.clients;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.service.broker.BrokerConfig;
import dev.millrace.service.broker.EmbeddedBroker;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The broker has aborted a transaction that was open for too long, although the thread did not wait
 * for answers. For example, the whole process was suspended.
 */
@Tag("broker")
@Timeout(60)
class AbortedTransactionTest {

  private static final String TOPIC = "results";

  @TempDir private Path folder;

  /**
   * Kafka Streams joins the group again after an {@link InvalidProducerEpochException}, and fails
   * after the broker's own exception. A commit has no offsets if only a punctuator has sent
   * records.
   */
  @Test
  void commitWithoutOffsets_letsTheThreadJoinAgain() throws Exception {
    try (EmbeddedBroker broker =
        EmbeddedBroker.start(
            new BrokerConfig(
                folder,
                BrokerConfig.DEFAULT_HOST,
                0,
                Map.of("transaction.abort.timed.out.transaction.cleanup.interval.ms", "200")))) {
      Map<String, Object> config =
          Map.of(
              "bootstrap.servers",
              broker.bootstrapServers(),
              "transactional.id",
              TOPIC,
              "transaction.timeout.ms",
              1_000);
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
          PromptProducer producer =
              new PromptProducer(config, () -> null, new CommittedOffsets())) {
        admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get();
        producer.initTransactions();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>(TOPIC, new byte[1]), null).get();
        await().until(() -> state(admin) == TransactionState.COMPLETE_ABORT);

        assertThatThrownBy(producer::commitTransaction)
            .isInstanceOf(InvalidProducerEpochException.class);
        assertThatThrownBy(producer::abortTransaction)
            .isInstanceOf(InvalidProducerEpochException.class);
        assertThatThrownBy(producer::beginTransaction)
            .isInstanceOf(InvalidProducerEpochException.class);
      }
    }
  }

  private static TransactionState state(Admin admin) throws Exception {
    return admin.describeTransactions(List.of(TOPIC)).description(TOPIC).get().state();
  }
}
