package dev.millrace.streams.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.tests.SharedBroker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.UnknownProducerIdException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A transaction has failed, because a record could not be sent. */
@Tag("broker")
@Timeout(60)
@ExtendWith(SharedBroker.class)
class BrokenTransactionTest {

  private final String topic = "broken-" + UUID.randomUUID();

  private static ProducerRecord<byte[], byte[]> record(String topic) {
    return new ProducerRecord<>(topic, new byte[1]);
  }

  /** Kafka Streams may send a record before it is told about the failure of an earlier one. */
  @Test
  void nextSend_letsTheThreadJoinAgain(EmbeddedBroker broker) throws Exception {
    Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
    try (Admin admin = Admin.create(kafka)) {
      admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
    }
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            broker.bootstrapServers(),
            "transactional.id",
            topic,
            "max.block.ms",
            5_000);
    List<Exception> failures = new ArrayList<>();
    try (PromptProducer producer = new PromptProducer(config, () -> null, new CommittedOffsets())) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(record(topic), null).get();
      var unused =
          producer.send(record(topic + "-missing"), (metadata, failure) -> failures.add(failure));
      assertThat(failures).singleElement().isInstanceOf(OutOfOrderSequenceException.class);

      assertThatThrownBy(() -> producer.send(record(topic), null).get())
          .isInstanceOf(KafkaException.class)
          .hasCauseInstanceOf(UnknownProducerIdException.class);

      producer.abortTransaction();
      producer.beginTransaction();
      producer.send(record(topic), null).get();
      producer.commitTransaction();
    }
  }
}
