package dev.millrace.service.command.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.broker.RunningBroker;
import dev.millrace.service.command.CapturedRun;
import dev.millrace.service.command.RandomModel;
import dev.millrace.service.command.lifecycle.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Tests that {@code serve} refuses to start with a wrong setup. It prints one line that says what
 * to do, without a stack trace.
 */
@Tag("broker")
@Timeout(300)
@ResourceLock("millrace.models") // the control topic of the shared broker
class ServeRefusalTest {

  @RegisterExtension static final RunningBroker BROKER = new RunningBroker();

  @TempDir Path folder;
  private Path repository;

  @BeforeEach
  void publish() throws IOException {
    repository = folder.resolve("models");
    RandomModel.publish(repository, "random");
  }

  @Test
  void missingModel_namesThoseThereAre() {
    assertThat(serve("other", "--create-topics", "1").failureLine())
        .contains("other")
        .contains("random");
  }

  @Test
  void corruptModel_namesTheFile() throws IOException {
    Files.write(
        repository.resolve("random/1/model.onnx"), new byte[] {1}, StandardOpenOption.APPEND);

    assertThat(serve("random", "--create-topics", "1").failureLine())
        .contains("random version 1")
        .contains("import");
  }

  @Test
  void missingTopic_saysWhatMakesIt() {
    assertThat(serve("random", "--input", "nowhere").failureLine())
        .contains("nowhere")
        .contains("--create-topics");
  }

  @Test
  void unreachableBroker_saysHowToStartOne() {
    CapturedRun run =
        CapturedRun.of(
            "serve",
            "--bootstrap-servers",
            "127.0.0.1:1",
            "-X",
            "request.timeout.ms=200",
            "-X",
            "default.api.timeout.ms=300",
            "--broker-timeout",
            "2",
            "--repository",
            repository.toString(),
            "--model",
            "random");

    assertThat(run.failureLine())
        .contains("127.0.0.1:1", "millrace broker")
        .doesNotContain("within 0.", "within 1.");
  }

  @Test
  void groupOfAnotherService_isNamedWithBothTopics() throws Exception {
    BROKER.createTopic("refused-other", Map.of());
    BROKER
        .admin()
        .alterConsumerGroupOffsets(
            "millrace-random",
            Map.of(new TopicPartition("refused-other", 0), new OffsetAndMetadata(0)))
        .all()
        .get();
    try {
      assertThat(serve("random", "--input", "refused-in", "--create-topics", "1").failureLine())
          .contains("group 'millrace-random' belongs to another service")
          .contains("'refused-other'", "reads refused-in", "--application-id");
    } finally {
      BROKER.admin().deleteConsumerGroups(List.of("millrace-random")).all().get();
    }
  }

  @Test
  void takenHttpPort_isTold_beforeTheGroupIsJoined() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());

      assertThat(
              serve("random", "--create-topics", "1", "--application-id", "taken", "--http", port)
                  .failureLine())
          .contains("cannot listen on 127.0.0.1:" + port, "give --http another port");
    }
    assertThat(BROKER.admin().listGroups().all().get())
        .noneMatch(group -> group.groupId().equals("taken"));
  }

  @Test
  void inputs_thatDoNotFit_areErrorsOfUsage() {
    assertThat(serve("random", "--input-pattern", "cam-.*").usageLine())
        .contains("--input-pattern needs the name of a topic for the dead letters");
    assertThat(
            serve("random", "--input", "a", "--input-pattern", "b.*", "--dead-letters", "d")
                .usageLine())
        .contains("give one of them");
    assertThat(
            serve(
                    "random",
                    "--input-pattern",
                    "cam-.*",
                    "--dead-letters",
                    "dead",
                    "-X",
                    "group.protocol=streams")
                .usageLine())
        .contains("group.protocol=streams takes no pattern");
    assertThat(serve("random", "--from", "yesterday").usageLine())
        .contains("from: yesterday is not");
    assertThat(serve("random", "--broker-timeout", "-1").usageLine())
        .contains("broker-timeout: -1");
  }

  @Test
  void wrongOption_isAnErrorOfUsage_andTellsWhatIsAllowed() {
    assertThat(serve("random", "--guarantee", "perhaps").usageLine())
        .contains("expected one of [at_least_once, exactly_once_v2]")
        .contains("'perhaps'");
    assertThat(serve("random", "--probabilities", "some").usageLine())
        .contains("expected one of [full, none]");
  }

  @Test
  void inferWithoutAPort_isAnErrorOfUsage() {
    assertThat(serve("random", "--infer").usageLine()).contains("--infer needs --http");
  }

  @Test
  void verbose_showsTheStackTrace() {
    CapturedRun run = serve("other", "--create-topics", "1", "--verbose");

    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err()).contains("\tat dev.millrace.");
  }

  private CapturedRun serve(String model, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "serve",
                "--bootstrap-servers",
                BROKER.bootstrapServers(),
                "--repository",
                repository.toString(),
                "--model",
                model));
    args.addAll(List.of(more));
    return CapturedRun.of(args.toArray(String[]::new));
  }
}
