package dev.millrace.service.command.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.control.ChampionReport;
import dev.millrace.control.ControlTopic;
import dev.millrace.control.SwapReport;
import dev.millrace.control.SwapReport.Outcome;
import dev.millrace.control.TrainingProgress;
import dev.millrace.control.TrainingWait;
import dev.millrace.core.training.ChampionMeasure;
import dev.millrace.service.broker.RunningBroker;
import dev.millrace.service.command.CapturedRun;
import dev.millrace.service.command.CommandLineTool;
import dev.millrace.service.command.RandomModel;
import dev.millrace.service.command.options.ParsedOptions;
import dev.millrace.service.command.output.Terminal;
import dev.millrace.service.serve.TopicCreation;
import java.io.BufferedReader;
import java.io.PipedReader;
import java.io.PipedWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.WakeupException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Tests the commands that read the topics about models: {@code list}, {@code status} and {@code
 * history}.
 */
@Tag("broker")
@ResourceLock("millrace.models") // a topic of the shared broker
class ModelsStatusCommandTest {

  private static final String MODEL = "status";

  @RegisterExtension static final RunningBroker BROKER = new RunningBroker();

  @TempDir private Path folder;

  @BeforeEach
  void publishTwo() throws Exception {
    TopicCreation.createControl(BROKER.admin());
    RandomModel.publish(folder, MODEL, 2, 1);
    RandomModel.publish(folder, MODEL, 2, 2);
  }

  @Test
  void topics_sayWhatServesAndWhatHappened() throws Exception {
    onBroker("promote", "--repository", folder.toString(), "--model", MODEL, "--version", "1")
        .succeeded();
    onBroker("promote", "--repository", folder.toString(), "--model", MODEL, "--version", "2")
        .succeeded();
    report("app@host:1", 1, Outcome.SWAPPED, null, 1);
    report("app@host:2", 1, Outcome.SWAPPED, null, 1);
    report("app@host:1", 2, Outcome.SWAPPED, null, 2);
    report("app@host:2", 2, Outcome.REJECTED, "its checksum differs", 1);
    BROKER.send(ControlTopic.STATUS, MODEL, "no report");
    BROKER.send(ControlTopic.STATUS, MODEL, "{\"type\":\"of a later release\"}");
    epoch(MODEL, 1);
    epoch(MODEL, 2);
    champion(MODEL, 400);
    champion(MODEL, 500);
    waits(MODEL, null);
    waits(MODEL, "the store is away");

    assertThat(onBroker("list", "--repository", folder.toString()).succeeded().outLines())
        .anyMatch(line -> line.matches(MODEL + " +1 .* served by 1 instance"))
        .anyMatch(line -> line.matches(MODEL + " +2 .* promoted, served by 1 instance"));
    JsonNode listed =
        onBroker("list", "--repository", folder.toString(), "--json").succeeded().json();
    assertThat(listed.get(MODEL).findValuesAsText("promoted")).containsExactly("false", "true");

    assertThat(onBroker("status", "--model", MODEL).succeeded().outLines())
        .hasSize(6)
        .anyMatch(line -> line.matches(MODEL + "  app@host:1 +version 2 .*version 2 serves.*"))
        .anyMatch(line -> line.endsWith(MODEL + "  training waits: the store is away"))
        .anyMatch(
            line ->
                line.endsWith(
                    MODEL
                        + "  training: round 7, epoch 2 of 10: loss 0.500; held out: loss 0.750"
                        + " (0.700 to 0.800), accuracy 90.0 % (88.0 to 91.7) of 1,000 images; 812 images/s"))
        .anyMatch(
            line ->
                line.endsWith(
                    MODEL
                        + "  champion: version 2: accuracy 84.0 % (80.5 to 87.0) of the newest 500"
                        + " images, 92.0 % (88.0 to 94.8) of 250 when it was promoted"))
        .anyMatch(line -> line.matches(MODEL + "  app@host:2 +version 1 .*: its checksum differs"));
    List<String> json = onBroker("status", "--model", MODEL, "--json").succeeded().outLines();
    assertThat(new ObjectMapper().readTree(json.get(1)).get("outcome").asText())
        .isEqualTo("rejected");
    assertThat(json.get(2))
        .contains("\"type\":\"epoch\"", "\"round\":7,\"epoch\":2,\"epochs\":10")
        .contains(
            "\"heldOut\":{\"loss\":0.75,\"accuracy\":0.9,\"images\":1000,"
                + "\"lossLow\":0.7,\"lossHigh\":0.8}")
        .contains("\"heldOutInterval\":{\"value\":0.9,\"low\":0.879");
    assertThat(json.get(3))
        .contains("\"type\":\"champion\",\"measure\":{\"version\":2,\"images\":500,")
        .contains("\"interval\":{\"value\":0.84,\"low\":0.805")
        .contains("\"promotedInterval\":{\"value\":0.92,\"low\":0.879");
    assertThat(json.get(4)).endsWith("\"type\":\"waiting\",\"reason\":\"the store is away\"}");
    waits(MODEL, null);
    assertThat(onBroker("status", "--model", MODEL).succeeded().outLines()).hasSize(5);

    assertThat(onBroker("history", "--model", MODEL).succeeded().outLines())
        .hasSize(6)
        .anyMatch(line -> line.endsWith("version 2 was promoted; before it was version 1"))
        .anyMatch(line -> line.endsWith("version 2 was rejected: its checksum differs"));
    assertThat(onBroker("history", "--model", MODEL, "--json").succeeded().outLines())
        .hasSize(6)
        .allMatch(line -> line.startsWith("{\"time\":\""));
  }

  @Test
  void newReports_areFollowed() throws Exception {
    BlockingQueue<Integer> seen = new LinkedBlockingQueue<>();
    report("app@host:1", 40, Outcome.SWAPPED, null, 40);
    try (ModelTopics topics =
        ModelTopics.of(
            ParsedOptions.kafka(Map.of(), "--bootstrap-servers", BROKER.bootstrapServers()))) {
      topics.reports(reported -> {});
      CompletableFuture<Void> following =
          CompletableFuture.runAsync(
              () -> {
                try {
                  topics.follow(
                      reported -> seen.add(reported.report().version()),
                      trained -> {},
                      measured -> {},
                      waiting -> {});
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      report("app@host:1", 41, Outcome.SWAPPED, null, 41);
      report("app@host:1", 42, Outcome.SWAPPED, null, 42);

      assertThat(seen.poll(1, TimeUnit.MINUTES)).isEqualTo(41);
      assertThat(seen.poll(1, TimeUnit.MINUTES)).isEqualTo(42);
      topics.wakeup();
      assertThat(following)
          .failsWithin(Duration.ofMinutes(1))
          .withThrowableThat()
          .withCauseInstanceOf(WakeupException.class);
    }
  }

  @Test
  @Timeout(30)
  void status_printsTheLastReports_thenEachNewOne() throws Exception {
    PipedReader reader = new PipedReader();
    PrintWriter out = new PrintWriter(new PipedWriter(reader));
    String[] command = {
      "models",
      "status",
      "--model",
      "followed",
      "--bootstrap-servers",
      BROKER.bootstrapServers(),
      "--follow"
    };
    Thread thread =
        new Thread(
            () ->
                new CommandLineTool(
                        out,
                        new PrintWriter(Writer.nullWriter()),
                        new Terminal(false, false, Terminal.USUAL_COLUMNS, false))
                    .run(command));
    report("followed", "app@host:1", 50, Outcome.SWAPPED, null, 50);
    thread.start();
    try (BufferedReader lines = new BufferedReader(reader)) {
      assertThat(lines.readLine()).startsWith("MODEL");
      assertThat(lines.readLine()).contains("version 50");
      report("another", "app@host:1", 51, Outcome.SWAPPED, null, 51);
      report("followed", "app@host:1", 52, Outcome.SWAPPED, null, 52);
      assertThat(lines.readLine()).contains("version 52");
      epoch("another", 3);
      epoch("followed", 4);
      assertThat(lines.readLine()).contains("followed  training: round 7, epoch 4 of 10");
      champion("another", 500);
      champion("followed", 500);
      assertThat(lines.readLine()).contains("followed  champion: version 2: accuracy 84.0 %");
      waits("another", "the store is away");
      waits("followed", null);
      assertThat(lines.readLine()).endsWith("followed  training does not wait");
    } finally {
      thread.interrupt();
      thread.join();
    }
  }

  @Test
  void modelThatNobodyKnows() {
    assertThat(onBroker("status", "--model", "nobody").succeeded().outLines())
        .containsExactly("no instance has reported; instances report once a version is promoted");
    assertThat(onBroker("history", "--model", "nobody").succeeded().outLines())
        .containsExactly("nobody was never promoted, and no instance has reported about it");
  }

  @Test
  void brokerInTheConfigFile_countsAsGiven() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("client.properties"),
            "bootstrap.servers=" + BROKER.bootstrapServers() + "\n");

    assertThat(
            CapturedRun.of(
                    "models",
                    "list",
                    "--json",
                    "--repository",
                    folder.toString(),
                    "--config",
                    file.toString())
                .succeeded()
                .json()
                .get(MODEL)
                .get(0)
                .has("promoted"))
        .isTrue();
  }

  private static void epoch(String model, int epoch) throws Exception {
    TrainingProgress progress =
        new TrainingProgress(
            model,
            "run",
            7,
            epoch,
            10,
            0.5,
            new TrainingProgress.HeldOut(0.75, 0.9, 1000, 0.7, 0.8),
            812);
    BROKER.send(
        ControlTopic.STATUS, progress.key(), new String(progress.toJson(), StandardCharsets.UTF_8));
  }

  private static void waits(String model, String reason) throws Exception {
    TrainingWait wait = new TrainingWait(model, reason);
    BROKER.send(ControlTopic.STATUS, wait.key(), new String(wait.toJson(), StandardCharsets.UTF_8));
  }

  private static void champion(String model, int images) throws Exception {
    ChampionReport report =
        new ChampionReport(model, new ChampionMeasure(2, images, 0.84, 250, 0.92, 0.06, false));
    BROKER.send(
        ControlTopic.STATUS, report.key(), new String(report.toJson(), StandardCharsets.UTF_8));
  }

  private static void report(
      String instance, int version, Outcome outcome, String reason, int serving) throws Exception {
    report(MODEL, instance, version, outcome, reason, serving);
  }

  private static void report(
      String model, String instance, int version, Outcome outcome, String reason, int serving)
      throws Exception {
    SwapReport report =
        new SwapReport(instance, model, version, outcome, reason, serving, 12, null);
    BROKER.send(ControlTopic.STATUS, model, new String(report.toJson(), StandardCharsets.UTF_8));
  }

  private static CapturedRun onBroker(String command, String... args) {
    List<String> all =
        new ArrayList<>(
            List.of("models", command, "--bootstrap-servers", BROKER.bootstrapServers()));
    all.addAll(List.of(args));
    return CapturedRun.of(all.toArray(String[]::new));
  }
}
