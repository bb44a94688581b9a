package dev.millrace.service.command.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.service.broker.RunningBroker;
import dev.millrace.service.command.CapturedRun;
import dev.millrace.service.command.lifecycle.ExitCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Tag("broker")
class SendCommandTest {

  @RegisterExtension static final RunningBroker BROKER = new RunningBroker();

  @TempDir Path folder;

  @Test
  void folder_isSentUnderItsPathsAndWithItsLabels() throws Exception {
    BROKER.createTopic("folder", Map.of());
    BROKER.createTopic("folder.labels", Map.of());
    make("cats/1.jpg", "one");
    make("dogs/2.png", "two");
    make("dogs/readme.txt", "no image");

    CapturedRun run = send("--topic", "folder", "--labels-topic", "folder.labels");

    assertThat(run.succeeded().outLines())
        .singleElement()
        .asString()
        .startsWith("sent 2 images to folder in ");
    assertThat(run.err()).isEmpty();
    assertThat(BROKER.records("folder"))
        .extracting(ConsumerRecord::key, RunningBroker::text)
        .containsExactlyInAnyOrder(tuple("cats/1.jpg", "one"), tuple("dogs/2.png", "two"));
    assertThat(BROKER.records("folder.labels"))
        .extracting(ConsumerRecord::key, RunningBroker::text)
        .containsExactlyInAnyOrder(tuple("cats/1.jpg", "cats"), tuple("dogs/2.png", "dogs"));
  }

  @Test
  void records_haveNoHeaders_sinceThePredictionsWouldKeepThem() throws Exception {
    BROKER.createTopic("headers", Map.of());
    make("1.png", "one");

    send("--topic", "headers").succeeded();

    assertThat(BROKER.records("headers"))
        .singleElement()
        .satisfies(record -> assertThat(record.headers()).isEmpty());
  }

  @Test
  void json_tellsTheOutcome() throws Exception {
    BROKER.createTopic("json", Map.of());
    make("1.jpg", "four");

    JsonNode report = send("--topic", "json", "--json").succeeded().json();

    assertThat(report.get("topic").asText()).isEqualTo("json");
    assertThat(report.get("sent").asInt()).isEqualTo(1);
    assertThat(report.get("failed").asInt()).isZero();
    assertThat(report.get("bytes").asInt()).isEqualTo(4);
    assertThat(report.get("seconds").isNumber()).isTrue();
  }

  @Test
  void topic_missing() throws IOException {
    make("1.jpg", "one");

    assertThat(send("--topic", "nowhere").failureLine())
        .contains("there is no topic 'nowhere' at " + BROKER.bootstrapServers())
        .contains("--create-topics");
  }

  @Test
  void topic_ofAnImpossibleName() throws IOException {
    make("1.jpg", "one");

    assertThat(send("--topic", "a b").failureLine())
        .contains("'a b' cannot be the name of a topic");
  }

  @Test
  void fileOverTheRecordLimit_isNamedAndPassedOver() throws Exception {
    BROKER.createTopic("small", Map.of("max.message.bytes", "2000"));
    BROKER.createTopic("small.labels", Map.of());
    make("far.jpg", "x".repeat(5000));
    make("near.jpg", "x".repeat(1999));
    make("ok.jpg", "x".repeat(1000));

    CapturedRun run = send("--topic", "small", "--labels-topic", "small.labels");

    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(run.outLines())
        .singleElement()
        .asString()
        .startsWith("sent 1 image to small in ")
        .endsWith(", 2 failed");
    assertThat(run.errLines())
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .contains(folder.resolve("far.jpg") + " has 5,000 bytes")
                    .contains("takes 2,000 (max.message.bytes)"),
            line -> assertThat(line).contains(folder.resolve("near.jpg") + " has 1,999 bytes"));
    assertThat(BROKER.records("small")).extracting(ConsumerRecord::key).containsExactly("ok.jpg");
    assertThat(BROKER.records("small.labels"))
        .extracting(ConsumerRecord::key)
        .containsExactly("ok.jpg");
  }

  private void make(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content, StandardCharsets.UTF_8);
  }

  private CapturedRun send(String... options) {
    List<String> args =
        new ArrayList<>(List.of("send", "--bootstrap-servers", BROKER.bootstrapServers()));
    args.addAll(List.of(options));
    args.add(folder.toString());
    return CapturedRun.of(args.toArray(String[]::new));
  }
}
