package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.events.Prediction;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.serve.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests a service with several input topics, which are given by name or by pattern. Also tests
 * partitions that are added while the service runs.
 */
@Tag("broker")
@Timeout(120)
@ExtendWith(SharedBroker.class)
class InputsTest {

  /**
   * Makes the service look for new topics and partitions every 0.5 s. The service's default is 30
   * s, which {@code ServiceConfigTest} tests.
   */
  private static final Map<String, String> PROMPT = Map.of("metadata.max.age.ms", "500");

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir Path folder;

  private static ProducerRecord<String, byte[]> image(String topic, int partition) {
    return new ProducerRecord<>(
        topic, partition, Pipeline.TIME, topic + partition, Images.noise("png", 32, 32, 1));
  }

  private static Admin admin(EmbeddedBroker broker) {
    return Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
  }

  private static List<String> sources(Pipeline pipeline, int count) {
    return pipeline.predictions(count).stream()
        .map(record -> record.value().source())
        .map(InputsTest::text)
        .toList();
  }

  private static String text(Prediction.Source source) {
    return source.topic() + "-" + source.partition();
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "streams"})
  void partitionsAddedWhileRunning_arePickedUpFromTheirBeginning(
      String protocol, EmbeddedBroker broker) throws Exception {
    ModelVersion model = Models.publishRandom(folder, "random");
    Map<String, String> kafka = Map.of("metadata.max.age.ms", "500", "group.protocol", protocol);
    try (Pipeline pipeline = Pipeline.start(broker, model, 1, kafka);
        Admin admin = admin(broker)) {
      String input = pipeline.topics.input();
      pipeline.send(List.of(image(input, 0)));
      assertThat(sources(pipeline, 1)).containsExactly(input + "-0");

      admin.createPartitions(Map.of(input, NewPartitions.increaseTo(2))).all().get();
      pipeline.send(List.of(image(input, 1)));

      assertThat(sources(pipeline, 2)).containsExactlyInAnyOrder(input + "-0", input + "-1");
    }
  }

  /** While the service is stopped, the broker deletes records that the service has not read. */
  @Test
  void recordsDeletedWhileStopped_arePassedOver_andTheOthersAnswered(EmbeddedBroker broker)
      throws Exception {
    ModelVersion model = Models.publishRandom(folder, "random");
    try (LogLines log = new LogLines("dev.millrace.streams");
        Pipeline pipeline = Pipeline.start(broker, model, 1, PROMPT);
        Admin admin = admin(broker)) {
      String input = pipeline.topics.input();
      pipeline.send(List.of(image(input, 0)));
      assertThat(pipeline.predictions(1)).hasSize(1);
      pipeline.stop();
      pipeline.send(List.of(image(input, 0), image(input, 0), image(input, 0)));
      TopicPartition partition = new TopicPartition(input, 0);
      admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(3))).all().get();
      pipeline.start();

      assertThat(pipeline.predictions(2))
          .extracting(record -> record.value().source().offset())
          .containsExactly(0L, 3L);
      assertThat(log.first(line -> line.text().contains(partition + " has lost 2 records")))
          .isPresent();
    }
  }

  @Test
  void severalTopics_areOneInput_andShareTheirDeadLetters(EmbeddedBroker broker) throws Exception {
    ModelVersion model = Models.publishRandom(folder, "random");
    Topics topics = Topics.of(List.of("several-a", "several-b"), "several-out");
    try (Pipeline pipeline = Pipeline.start(broker, model, topics, PROMPT)) {
      pipeline.send(
          List.of(
              image("several-a", 0),
              image("several-b", 0),
              new ProducerRecord<>("several-b", "bad", new byte[] {1})));

      assertThat(sources(pipeline, 2)).containsExactlyInAnyOrder("several-a-0", "several-b-0");
      assertThat(pipeline.deadLetters(1))
          .singleElement()
          .returns("bad", record -> record.key())
          .returns("several-a.dead-letters", record -> record.topic());
    }
  }

  @Test
  void pattern_alsoTakesTopicsThatAreMadeLater(EmbeddedBroker broker) throws Exception {
    ModelVersion model = Models.publishRandom(folder, "random");
    Topics topics = new Topics(List.of(), "pattern-cam-\\d", "pattern-out", "pattern-dead");
    try (Admin admin = admin(broker)) {
      make(admin, "pattern-cam-1");
      try (Pipeline pipeline = Pipeline.start(broker, model, topics, PROMPT)) {
        pipeline.send(List.of(image("pattern-cam-1", 0)));
        assertThat(sources(pipeline, 1)).containsExactly("pattern-cam-1-0");

        make(admin, "pattern-cam-2");
        pipeline.send(List.of(image("pattern-cam-2", 0)));
        assertThat(sources(pipeline, 2))
            .containsExactlyInAnyOrder("pattern-cam-1-0", "pattern-cam-2-0");
      }
    }
  }

  @Test
  void patternWithoutATopic_isReady_andTakesTheFirstThatIsMade(EmbeddedBroker broker)
      throws Exception {
    ModelVersion model = Models.publishRandom(folder, "random");
    Topics topics = new Topics(List.of(), "late-cam-\\d", "late-out", "late-dead");
    try (Admin admin = admin(broker);
        Pipeline pipeline = Pipeline.start(broker, model, topics, PROMPT)) {
      assertThat(pipeline.service().problems()).isEmpty();

      make(admin, "late-cam-1");
      pipeline.send(List.of(image("late-cam-1", 0)));

      assertThat(sources(pipeline, 1)).containsExactly("late-cam-1-0");
    }
  }

  @Test
  void serve_warnsOfAPatternWithoutATopic(EmbeddedBroker broker) throws Exception {
    Models.publishRandom(folder, "random");
    try (MillraceProcess serve =
        MillraceProcess.start(
            folder,
            "",
            "serve",
            "--bootstrap-servers",
            broker.bootstrapServers(),
            "--repository",
            folder,
            "--model",
            "random",
            "--input-pattern",
            "nowhere-.*",
            "--output",
            "elsewhere-out",
            "--dead-letters",
            "elsewhere-dead",
            "--create-topics",
            1)) {
      serve.awaitLine("ready .*", PATIENCE);

      assertThat(serve.errors())
          .contains("no topic matches --input-pattern")
          .contains("nowhere-.*");
    }
  }

  private static void make(Admin admin, String topic) throws Exception {
    admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
  }
}
