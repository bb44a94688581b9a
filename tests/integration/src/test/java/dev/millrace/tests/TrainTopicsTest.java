package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.service.broker.EmbeddedBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Trains from topics whose records or whose names change hands. */
@Tag("broker")
@Timeout(300)
@ExtendWith(SharedBroker.class)
class TrainTopicsTest {

  private static final String IMAGES = "train-topics-images";
  private static final String LABELS = "train-topics-labels";

  @TempDir Path folder;
  private String at;
  private Admin admin;
  private Producer<String, String> producer;

  @BeforeEach
  void createTopics(EmbeddedBroker broker) throws Exception {
    at = broker.bootstrapServers();
    Map<String, Object> config = Map.of("bootstrap.servers", at);
    admin = Admin.create(config);
    producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
    create(IMAGES);
    create(LABELS);
  }

  @AfterEach
  void close() {
    producer.close();
    admin.close();
  }

  private void create(String topic) throws Exception {
    admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
  }

  private void label(String prefix, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      producer.send(new ProducerRecord<>(LABELS, prefix + "/" + i, "cat")).get();
    }
  }

  private MillraceProcess train() throws IOException {
    return MillraceProcess.start(
        folder,
        "",
        "train",
        "--bootstrap-servers",
        at,
        "--images-topic",
        IMAGES,
        "--labels-topic",
        LABELS,
        "--size",
        28,
        "--repository",
        folder.resolve("models"),
        "--model",
        "topics",
        "--run",
        folder.resolve("run"));
  }

  private String index() throws IOException {
    Path index = folder.resolve("run/replay/index.json");
    return Files.exists(index) ? Files.readString(index) : "";
  }

  @Test
  void labelsOfATopicThatIsCreatedAgain_areAllRead_andLabelsThatRetentionRemovesAreTold()
      throws Exception {
    label("first", 10);
    try (MillraceProcess training = train()) {
      await().untilAsserted(() -> assertThat(index()).contains("first/9"));
      admin.deleteTopics(List.of(LABELS)).all().get();
      await()
          .ignoreExceptionsMatching(e -> e.getCause() instanceof TopicExistsException)
          .untilAsserted(() -> create(LABELS));
      label("second", 20);

      await()
          .untilAsserted(
              () ->
                  assertThat(index())
                      .contains(IntStream.range(0, 20).mapToObj(i -> "\"second/" + i).toList()));
      assertThat(training.errors())
          .contains("topic '" + LABELS + "' was deleted and created again");
    }

    label("third", 5);
    TopicPartition partition = new TopicPartition(LABELS, 0);
    admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(23))).all().get();
    try (MillraceProcess training = train()) {
      await().untilAsserted(() -> assertThat(index()).contains("third/3", "third/4"));
      assertThat(index()).doesNotContain("third/2");
      assertThat(training.errors())
          .contains("partition " + partition + " has lost 3 records before they were read");
    }
  }
}
