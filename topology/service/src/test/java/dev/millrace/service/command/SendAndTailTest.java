package dev.millrace.service.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.events.Prediction;
import dev.millrace.service.broker.RunningBroker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Tag("broker")
class SendAndTailTest {

  private static final int LIMIT = 2_000_000;

  @RegisterExtension static final RunningBroker BROKER = new RunningBroker();

  @TempDir private Path folder;

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
    assertThat(read("pets")).containsOnlyKeys("cats/1.jpg", "dogs/2.png");
    assertThat(read("pets.labels"))
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
    assertThat(read("limited")).containsOnlyKeys("just.jpg", "small.jpg");
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
        .containsExactly("millrace tail: 1 of 2 records arrived, and then none for 0.5 s");
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
            "default.api.timeout.ms=600",
            "-X",
            "request.timeout.ms=500");

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
        new ArrayList<>(List.of(command, "--bootstrap-servers", BROKER.bootstrapServers()));
    all.addAll(List.of(args));
    return CapturedRun.of(all.toArray(String[]::new));
  }

  private static void create(String... topics) throws Exception {
    for (String topic : topics) {
      BROKER.createTopic(topic, 1, Map.of("max.message.bytes", Integer.toString(LIMIT)));
    }
  }

  private void write(String name, int size) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, new byte[size]);
  }

  private static void predict(String topic, String... ids) throws Exception {
    for (String id : ids) {
      BROKER.send(topic, id, json(id));
    }
  }

  private static Map<String, String> read(String topic) {
    return BROKER.records(topic).stream()
        .collect(Collectors.toMap(ConsumerRecord::key, RunningBroker::text));
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
