package dev.millrace.service.command.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.evaluation.Calibration;
import dev.millrace.core.evaluation.Evaluation;
import dev.millrace.core.evaluation.Figures;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Fingerprint;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Augmentation;
import dev.millrace.core.training.ChampionMeasure;
import dev.millrace.core.training.Checkpoints;
import dev.millrace.core.training.ClassRule;
import dev.millrace.core.training.Compute;
import dev.millrace.core.training.EpochReport;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.Split;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingData;
import dev.millrace.core.training.Verdict;
import dev.millrace.service.command.CommandTree;
import dev.millrace.service.command.output.FakeTerminal;
import dev.millrace.service.command.output.Terminal;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class TrainingScreenTest {

  private static final Path FOLDER = Path.of("any");
  private static final int VERSIONS = 3;
  private static final Figures FIGURES = figures();

  @ParameterizedTest
  @ValueSource(ints = {80, 160})
  void everyResult_staysOnTheTerminal(int columns) {
    FakeTerminal terminal = new FakeTerminal(columns);
    train(terminal.writer(), terminal.writer(), new Terminal(true, true, columns, true));

    List<String> lines = terminal.lines();
    for (int version = 1; version <= VERSIONS; version++) {
      assertThat(lines)
          .contains(
              "m version " + version + " is published: accuracy 75.00 % (30.06 to 95.44) of 4")
          .filteredOn(line -> line.startsWith("epoch "))
          .element(version - 1)
          .asString()
          .startsWith("epoch " + version + "/16: loss 0.500, accuracy 80.00 % (")
          .endsWith(" min left");
    }
    assertThat(lines)
        .anyMatch(line -> line.matches("train \\[=+ *] .*"))
        .contains("millrace train: beware");
  }

  @Test
  void everyFigure_hasItsNumberOfImagesAndItsInterval() {
    StringWriter out = new StringWriter();
    train(
        new PrintWriter(out),
        new PrintWriter(new StringWriter()),
        new Terminal(false, false, 80, true));

    assertThat(out.toString())
        .contains("accuracy 80.00 % (71.12 to 86.66) of 100; held out: loss 0.")
        .contains("m version 3 on 4 images that no step has seen")
        .contains("top-1              75.00 % (95 % interval: 30.06 to 95.44 %)")
        .contains("log loss", "calibration error", "temperature        1.500, fitted on 12 images")
        .contains("CLASS  IMAGES  RECALL", "CLASS \\ ANSWER");
  }

  private static Figures figures() {
    Evaluation evaluation = new Evaluation(2);
    for (int i = 0; i < 4; i++) {
      var unused =
          evaluation.add(i / 2, new float[] {i < 3 ? 0.75f : 0.25f, i < 3 ? 0.25f : 0.75f});
    }
    return evaluation.figures();
  }

  @Test
  void pipedOutput_hasNoEscapeSequences() {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    train(new PrintWriter(out), new PrintWriter(err), new Terminal(false, false, 80, true));

    assertThat(out.toString())
        .doesNotContain("\u001b", "\r")
        .contains(
            "m version 3 is promoted",
            "compares on 120 images; it cannot tell a gain below 5.8 points from chance",
            "ALARM, the champion has become worse: version 2, which serves: accuracy 84.00 %"
                + " (80.53 to 86.95) of the newest 500 images, 92.00 % (87.97 to 94.76) of 250 when it"
                + " was promoted",
            "ALARM, the golden set has changed: it has 1,499 images of 2 classes, digest"
                + " fedcba987654…, and had 1,500 images of 2 classes, digest 0123456789ab…; from",
            "blessed: better; accuracy 90.00 % (82.56 to 94.48) of 100; version 2: 80.00 % (71.12 to"
                + " 86.66) of 100",
            "not blessed: no champion; accuracy 90.00 % (82.56 to 94.48) of 100\n");
    assertThat(err.toString()).isEqualToIgnoringNewLines("millrace train: beware");
  }

  /** Any producer can choose the key of a record, and warnings name keys. */
  @Test
  void controlCharactersOfAWarning_doNotReachTheTerminal() {
    StringWriter err = new StringWriter();
    CommandLine command = CommandTree.root().getSubcommands().get("train");
    command.setOut(new PrintWriter(new StringWriter())).setErr(new PrintWriter(err));
    try (TrainingScreen screen =
        new TrainingScreen(command, false, config(), new Terminal(false, false, 80, true))) {
      screen.warned("cannot read \u001b[2Jkey\nmillrace train: done");
    }

    assertThat(err.toString())
        .isEqualToIgnoringNewLines("millrace train: cannot read  [2Jkey millrace train: done");
  }

  @Test
  void verdictsAndMeasuresInJson_haveIntervals() {
    StringWriter out = new StringWriter();
    CommandLine command = CommandTree.root().getSubcommands().get("train");
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(new StringWriter()));
    try (TrainingScreen screen =
        new TrainingScreen(command, true, config(), new Terminal(false, false, 80, true))) {
      Verdict verdict = new Verdict(true, "better", 100, 0.9, 2, 0.8, 12, 2, 0.006, 1, 0.01);
      Fingerprint set = new Fingerprint("any", Map.of("a", 200));
      screen.judged(
          verdict.with(true, "better", new Verdict.Golden(200, 0.9, 0.8, 25, 5, 1.5, set)));
      screen.judged(new Verdict(false, "first", 100, 0.9, null, null, 0, 0, 1, 0, 0));
      screen.championMeasured(new ChampionMeasure(2, 500, 0.84, 250, 0.92, 0.001, true));
      screen.championMeasured(new ChampionMeasure(2, 500, 0.84, null, null, 1, false));
    }

    assertThat(out.toString().lines())
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .containsPattern("\"interval\":\\{\"value\":0.9,\"low\":0.8256")
                    .containsPattern("\"champion_interval\":\\{\"value\":0.8,\"low\":0.7111")
                    .containsPattern("\"golden_interval\":\\{\"value\":0.9,\"low\":0.85")
                    .containsPattern("\"golden_champion_interval\":\\{\"value\":0.8,\"low\":0.73"),
            line -> assertThat(line).doesNotContain("champion_interval", "golden"),
            line ->
                assertThat(line)
                    .containsPattern("\"interval\":\\{\"value\":0.84,\"low\":0.8052")
                    .containsPattern("\"promoted_interval\":\\{\"value\":0.92,\"low\":0.8796"),
            line -> assertThat(line).doesNotContain("promoted_interval"));
  }

  /** The configured batch of 128 images is larger than the set, so each step has 40 images. */
  @Test
  void trainingOnFewerImagesThanABatch_countsTheImagesThatThereAre() {
    FakeTerminal terminal = new FakeTerminal(80);
    StringWriter out = new StringWriter();
    CommandLine command = CommandTree.root().getSubcommands().get("train");
    command.setOut(new PrintWriter(out)).setErr(terminal.writer());
    try (TrainingScreen screen =
        new TrainingScreen(command, false, config(), new Terminal(false, true, 80, true))) {
      screen.began("run", 40, 10, 0, 16);
      screen.stepped(1, 40, 0.5);
      screen.epochEnded(report(1));
      for (int step = 2; step <= 16; step++) {
        screen.stepped(step, 40, 0.5);
      }
    }

    assertThat(out.toString()).contains(" images/s, 0:01 min left");
    assertThat(terminal.lines()).anyMatch(line -> line.contains("640/640"));
  }

  @Test
  void promotion_isColouredOnATerminal() {
    StringWriter out = new StringWriter();
    train(
        new PrintWriter(out),
        new PrintWriter(new StringWriter()),
        new Terminal(true, false, 80, true));

    assertThat(out.toString()).contains("\u001b[32mm version 3 is promoted\u001b[0m");
  }

  private static void train(PrintWriter out, PrintWriter err, Terminal terminal) {
    CommandLine command = CommandTree.root().getSubcommands().get("train");
    command.setOut(out).setErr(err);
    try (TrainingScreen screen = new TrainingScreen(command, false, config(), terminal)) {
      screen.began("run", 9_600, 2_400, 0, 90);
      screen.gateOpened(120, 700 / 120.0);
      screen.championMeasured(new ChampionMeasure(2, 500, 0.84, 250, 0.92, 0.001, true));
      screen.goldenChanged(
          new Fingerprint("0123456789abcdef", Map.of("a", 1_000, "b", 500)),
          new Fingerprint("fedcba9876543210", Map.of("a", 1_000, "b", 499)));
      screen.judged(new Verdict(true, "better", 100, 0.9, 2, 0.8, 12, 2, 0.006, 1, 0.01));
      screen.judged(new Verdict(false, "no champion", 100, 0.9, 2, null, 0, 0, 1, 0, 0));
      for (int version = 1; version <= VERSIONS; version++) {
        for (int step = 0; step < 20; step++) {
          screen.stepped(step + 20L * (version - 1), 128, 0.5);
        }
        screen.epochEnded(report(version));
        screen.exported(version(version));
      }
      screen.warned("beware");
      screen.promoted(version(VERSIONS));
      screen.conclude(true);
    }
  }

  static EpochReport report(int epoch) {
    return new EpochReport(
        epoch, 0.1, 0.5, 0.8, FIGURES.logLoss().value(), 0.75, 1_000, 100, FIGURES.overall());
  }

  private static ModelVersion version(int number) {
    return new ModelVersion(
        FOLDER,
        new ModelManifest(
            "m",
            number,
            "0".repeat(64),
            "2026-01-01T00:00:00Z",
            new ModelManifest.Source("training", null, null),
            null,
            preprocessing(),
            List.of("a", "b"),
            Map.of("accuracy", 0.75),
            "run",
            null,
            null,
            null,
            new Calibration(1.5, 12, 0, FIGURES.overall()),
            FIGURES,
            null,
            null));
  }

  private static Preprocessing preprocessing() {
    return new Preprocessing(32, 32, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD);
  }

  static TrainingConfig config() {
    return new TrainingConfig(
        ResNet.of("resnet20"),
        preprocessing(),
        new TrainingData.Folder(FOLDER, new Split(0.2), new ClassRule(1)),
        Optimization.DEFAULTS,
        Augmentation.DEFAULTS,
        Optional.empty(),
        1,
        new Checkpoints(
            new ModelRepository(FOLDER), "m", FOLDER, Optional.empty(), Optional.empty()),
        Compute.cpu(1));
  }
}
