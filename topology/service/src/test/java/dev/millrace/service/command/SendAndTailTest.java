package dev.millrace.service.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.events.Prediction;
import dev.millrace.service.broker.BrokerConfig;
import dev.millrace.service.broker.EmbeddedBroker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("broker")
class SendAndTailTest {

  private static final int LIMIT = 2_000_000;

  @TempDir private static Path data;
  private static EmbeddedBroker broker;

  @TempDir private Path folder;

  @BeforeAll
  static void startBroker() {
    broker = EmbeddedBroker.start(new BrokerConfig(data, 0));
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @Test
  void folder_arrivesUnderItsPathsWithItsLabels() throws Exception {
    create("pets", "pets.labels");
    write("cats/1.jpg", 10);
    write("dogs/2.png", 20);

    CapturedRun run = send("--topic", "pets", "--labels-topic", "pets.labels", folder.toString());

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.outLines()).hasSize(1);
    assertThat(run.out()).startsWith("sent 2 images to pets in ");
    assertThat(read("pets", 2)).containsOnlyKeys("cats/1.jpg", "dogs/2.png");
    assertThat(read("pets.labels", 2))
        .containsOnly(Map.entry("cats/1.jpg", "cats"), Map.entry("dogs/2.png", "dogs"));
  }

  @Test
  void fileOverTheTopicsLimit_isToldAndTheRestIsSent() throws Exception {
    create("limited");
    write("big.jpg", LIMIT + 1);
    write("just.jpg", LIMIT - 1_000);
    write("small.jpg", 10);

    CapturedRun run = send("--topic", "limited", "--json", folder.toString());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.errLines()).hasSize(1);
    assertThat(run.err()).contains("big.jpg", "2,000,001 bytes", "takes 2,000,000");
    assertThat(run.out()).contains("\"sent\":2", "\"failed\":1");
    assertThat(read("limited", 2)).containsOnlyKeys("just.jpg", "small.jpg");
  }

  @Test
  void missingTopic_isOneLineThatNamesItAndHowToMakeIt() throws Exception {
    write("1.jpg", 10);

    CapturedRun run = send("--topic", "nothing-here", folder.toString());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.errLines()).hasSize(1);
    assertThat(run.err()).contains("there is no topic 'nothing-here'", "--create-topics");
  }

  @Test
  void tail_showsCommittedPredictionsAsTheirJson() throws Exception {
    create("answers");
    predict("answers", "a", "b", "c");

    CapturedRun run = tail("--topic", "answers", "--from-beginning", "--count", "3", "--json");

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.outLines()).containsExactly(json("a"), json("b"), json("c"));
  }

  @Test
  void tailOfTooFew_failsAfterTheSilence() throws Exception {
    create("few");
    predict("few", "a");

    CapturedRun run =
        tail("--topic", "few", "--from-beginning", "--count", "2", "--idle", "0.5", "--json");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.outLines()).containsExactly(json("a"));
    assertThat(run.errLines())
        .containsExactly("millrace tail: 1 of 2 predictions came, then none for 0.5 s");
  }

  @Test
  void tailFromTheEnd_showsNothingOld() throws Exception {
    create("old");
    predict("old", "a");

    CapturedRun run = tail("--topic", "old", "--idle", "0.5");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).isEmpty();
  }

  @Test
  void refusedProtocol_endsTailWithOneLine() {
    CapturedRun run =
        tail(
            "-X",
            "security.protocol=SASL_PLAINTEXT",
            "-X",
            "sasl.mechanism=PLAIN",
            "-X",
            "sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required"
                + " username=\"me\" password=\"hunter2\";",
            "-X",
            "default.api.timeout.ms=2000",
            "-X",
            "request.timeout.ms=1000");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.errLines()).hasSize(1);
    assertThat(run.err()).doesNotContain("hunter2");
  }

  private static CapturedRun send(String... args) {
    return run("send", args);
  }

  private static CapturedRun tail(String... args) {
    return run("tail", args);
  }

  private static CapturedRun run(String command, String... args) {
    List<String> all =
        new ArrayList<>(List.of(command, "--bootstrap-servers", broker.bootstrapServers()));
    all.addAll(List.of(args));
    return CapturedRun.of(all.toArray(String[]::new));
  }

  private static void create(String... topics) throws Exception {
    try (Admin admin = Admin.create(client())) {
      List<NewTopic> news =
          List.of(topics).stream()
              .map(
                  topic ->
                      new NewTopic(topic, 1, (short) 1)
                          .configs(Map.of("max.message.bytes", Integer.toString(LIMIT))))
              .toList();
      admin.createTopics(news).all().get();
    }
  }

  private void write(String name, int size) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, new byte[size]);
  }

  private static void predict(String topic, String... ids) throws Exception {
    try (Producer<String, String> producer =
        new KafkaProducer<>(client(), new StringSerializer(), new StringSerializer())) {
      for (String id : ids) {
        producer.send(new ProducerRecord<>(topic, id, json(id))).get();
      }
    }
  }

  private static Map<String, String> read(String topic, int count) {
    Map<String, String> values = new HashMap<>();
    try (Consumer<String, String> consumer =
        new KafkaConsumer<>(client(), new StringDeserializer(), new StringDeserializer())) {
      TopicPartition partition = new TopicPartition(topic, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      while (values.size() < count && System.nanoTime() < deadline) {
        consumer
            .poll(Duration.ofSeconds(1))
            .forEach(record -> values.put(record.key(), record.value()));
      }
    }
    return values;
  }

  private static Map<String, Object> client() {
    return Map.of("bootstrap.servers", broker.bootstrapServers());
  }

  private static String json(String id) {
    Prediction prediction =
        new Prediction(
            id,
            new Prediction.Model("resnet20", 3, "ab"),
            "cat",
            0.93f,
            List.of(new Prediction.Top(3, "cat", 0.93f)),
            null,
            new Prediction.Source("images", 0, 42));
    return new String(
        Prediction.serde().serializer().serialize("any", prediction), StandardCharsets.UTF_8);
  }
}
