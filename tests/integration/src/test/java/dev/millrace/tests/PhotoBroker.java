package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.service.broker.BrokerConfig;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.serve.TopicCreation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A broker with the topics of the {@link QuickStart}, and clients of it. */
final class PhotoBroker implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final EmbeddedBroker broker;
  private final Admin admin;
  private final KafkaProducer<String, byte[]> producer;

  private PhotoBroker(EmbeddedBroker broker) {
    this.broker = broker;
    Map<String, Object> config = Map.of("bootstrap.servers", broker.bootstrapServers());
    admin = Admin.create(config);
    producer = new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
  }

  /** Starts a broker with topics of one partition, and with further topics. */
  static PhotoBroker start(Path folder, String... more) throws InterruptedException {
    PhotoBroker photos =
        new PhotoBroker(EmbeddedBroker.start(new BrokerConfig(folder.resolve("kafka"), 0)));
    List<NewTopic> topics = new ArrayList<>();
    for (String topic : List.of(QuickStart.INPUT, QuickStart.OUTPUT, QuickStart.DEAD_LETTERS)) {
      topics.add(new NewTopic(topic, 1, (short) 1));
    }
    for (String topic : more) {
      topics.add(new NewTopic(topic, 1, (short) 1));
    }
    TopicCreation.create(photos.admin, topics);
    return photos;
  }

  String bootstrapServers() {
    return broker.bootstrapServers();
  }

  Admin admin() {
    return admin;
  }

  /** Sends records in this order, and returns when the broker has them. */
  void send(List<ProducerRecord<String, byte[]>> records) throws Exception {
    for (ProducerRecord<String, byte[]> record : records) {
      producer.send(record).get();
    }
  }

  /**
   * Waits until a topic has this many records, committed or not. Fails if the application ends
   * before this.
   */
  void awaitRecords(MillraceProcess app, String topic, int count) {
    List<ConsumerRecord<byte[], byte[]>> read = new ArrayList<>();
    try (RawReader reader = new RawReader(bootstrapServers(), topic, "read_uncommitted")) {
      await()
          .dontCatchUncaughtExceptions()
          .atMost(PATIENCE)
          .until(
              () -> {
                reader.poll().forEach(read::add);
                assertThat(app.isAlive()).as("the application: %s", app.errors()).isTrue();
                return read.size() >= count;
              });
    }
  }

  /** Waits until the application's group has this many members. */
  void awaitMembers(int count) {
    await()
        .dontCatchUncaughtExceptions()
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(ExecutionException.class) // the group does not exist yet
        .until(
            () ->
                admin
                        .describeConsumerGroups(List.of(QuickStart.APPLICATION))
                        .all()
                        .get()
                        .get(QuickStart.APPLICATION)
                        .members()
                        .size()
                    == count);
  }

  /** Returns the committed records of a topic, as a {@code read_committed} consumer reads them. */
  List<ConsumerRecord<byte[], byte[]>> committed(String topic) {
    try (RawReader reader = new RawReader(bootstrapServers(), topic)) {
      return reader.rest();
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ZERO);
    admin.close();
    broker.close();
  }
}
