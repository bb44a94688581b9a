package dev.millrace.streams.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.service.broker.BrokerConfig;
import dev.millrace.service.broker.EmbeddedBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The broker is away, so that the abort or the commit of a transaction times out. */
@Tag("broker")
@Timeout(120)
class LateAbortTest {

  private static final String TOPIC = "results";
  private static final byte GIVEN_UP = 1;
  private static final byte COMMITTED = 1;
  private static final byte AGAIN = 2;

  @TempDir private Path folder;
  private final CommittedOffsets committed = new CommittedOffsets();
  private EmbeddedBroker broker;

  @AfterEach
  void close() {
    broker.close();
  }

  private EmbeddedBroker startBroker(int port) {
    return EmbeddedBroker.start(
        new BrokerConfig(folder.resolve("kafka"), BrokerConfig.DEFAULT_HOST, port, Map.of()));
  }

  private static ProducerRecord<byte[], byte[]> result(byte value) {
    return new ProducerRecord<>(TOPIC, new byte[] {value});
  }

  private PromptProducer startProducer() throws Exception {
    broker = startBroker(0);
    try (Admin admin = Admin.create(kafka())) {
      admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get();
    }
    return new PromptProducer(
        Map.of(
            "bootstrap.servers",
            broker.bootstrapServers(),
            "transactional.id",
            TOPIC,
            "max.block.ms",
            3_000),
        () -> null,
        committed);
  }

  private Map<String, Object> kafka() {
    return Map.of("bootstrap.servers", broker.bootstrapServers());
  }

  private void restartBrokerAfter(Runnable call) {
    int port = Integer.parseInt(broker.bootstrapServers().replaceFirst(".*:", ""));
    broker.close();
    call.run();
    broker = startBroker(port);
  }

  private static void sendAgain(PromptProducer producer) throws Exception {
    await()
        .ignoreException(InvalidProducerEpochException.class)
        .untilAsserted(producer::beginTransaction);
    producer.send(result(AGAIN), null).get();
    producer.commitTransaction();
  }

  /** Kafka Streams ignores the time-out, and sends again. */
  @Test
  void nextTransaction_begins_afterTheAbort() throws Exception {
    try (PromptProducer producer = startProducer()) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(result(GIVEN_UP), null).get();
      restartBrokerAfter(
          () -> {
            assertThatThrownBy(producer::abortTransaction).isInstanceOf(TimeoutException.class);
            // Kafka Streams joins the group again only after such an exception.
            assertThatThrownBy(producer::beginTransaction)
                .isInstanceOf(InvalidProducerEpochException.class)
                .hasCauseInstanceOf(TimeoutException.class);
          });

      sendAgain(producer);
    }
    assertThat(results(kafka())).containsExactly(AGAIN);
  }

  /**
   * Kafka Streams repeats the commit once. Then it ignores the time-out, closes the tasks and
   * aborts the transaction, also ignores the time-out of the abort, and sends again.
   */
  @Test
  void nextTransaction_begins_afterTheCommit() throws Exception {
    TopicPartition input = new TopicPartition(TOPIC, 0);
    try (PromptProducer producer = startProducer()) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(result(COMMITTED), null).get();
      producer.sendOffsetsToTransaction(Map.of(input, new OffsetAndMetadata(1)), group());
      restartBrokerAfter(
          () -> {
            for (int i = 0; i < 2; i++) {
              assertThatThrownBy(producer::commitTransaction).isInstanceOf(TimeoutException.class);
            }
            assertThatThrownBy(producer::abortTransaction).isInstanceOf(TimeoutException.class);
          });

      sendAgain(producer);
    }
    assertThat(results(kafka())).containsExactly(COMMITTED, AGAIN);
    assertThat(committed.purgeable(Map.of(input, RecordsToDelete.beforeOffset(1))))
        .containsEntry(input, RecordsToDelete.beforeOffset(1));
  }

  private ConsumerGroupMetadata group() {
    Map<String, Object> member =
        Map.of("bootstrap.servers", broker.bootstrapServers(), "group.id", TOPIC);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(member, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      return consumer.groupMetadata();
    }
  }

  private static List<Byte> results(Map<String, Object> kafka) {
    List<Byte> results = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> reader =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                kafka.get("bootstrap.servers"),
                "isolation.level",
                "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      TopicPartition partition = new TopicPartition(TOPIC, 0);
      reader.assign(List.of(partition));
      reader.seekToBeginning(List.of(partition));
      await()
          .untilAsserted(
              () -> {
                reader
                    .poll(Duration.ofMillis(100))
                    .forEach(record -> results.add(record.value()[0]));
                assertThat(results).contains(AGAIN);
              });
    }
    return results;
  }
}
