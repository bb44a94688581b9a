package dev.millrace.service.command.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.evaluation.Proportion;
import dev.millrace.core.training.PretrainingReport;
import dev.millrace.service.command.CommandTree;
import dev.millrace.service.command.output.Terminal;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class PretrainingScreenTest {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private void show(boolean json, PretrainingReport report, String... options) {
    CommandLine root = CommandTree.root();
    CommandLine command = root.getSubcommands().get("pretrain");
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    List<String> line =
        new ArrayList<>(List.of("pretrain", "--data", "photos", "--output", "e.safetensors"));
    line.addAll(List.of(options));
    var unused = root.parseArgs(line.toArray(String[]::new));
    try (PretrainingScreen screen =
        new PretrainingScreen(
            command,
            json,
            ((PretrainCommand) command.getCommand()).config(),
            new Terminal(false, false, 80, true))) {
      screen.began("run", 2_000, report.judged(), 0, 1_500);
      if (report.judged() > 0) {
        screen.untrained(Proportion.of(20, 100), 100);
      }
      screen.stepped(15, 128, -0.4);
      screen.epochEnded(report);
      screen.written(Path.of("e.safetensors"), 1);
      screen.warned("beware");
      assertThat(screen.conclude(true)).isZero();
    }
  }

  @Test
  void epoch_isOneLine_withTheFiguresInterval() {
    show(
        false,
        new PretrainingReport(1, 0.03, -0.4, 0.87, null, 0, Proportion.of(60, 100), 100, 64));

    assertThat(out.toString().lines())
        .containsExactly(
            "run: resnet20, 2,000 images, from the first step; in parentheses: 95 % intervals",
            "before the first step: nearest neighbours right 20.00 % (13.34 to 28.88) of 100",
            "epoch 1/100: loss -0.400 and spread 0.87 of 1,920 images, nearest neighbours right"
                + " 60.00 % (50.20 to 69.06) of 100; 64 images/s, 49:30 min left",
            "done: the encoder is in e.safetensors; use it with 'millrace train --from-encoder'");
    assertThat(err.toString()).isEqualTo("millrace pretrain: beware\n");
  }

  /** The configured batch is larger than the set of 40 images. */
  @Test
  void pretrainingOnFewerImagesThanABatch_countsTheImagesThatThereAre() {
    CommandLine root = CommandTree.root();
    CommandLine command = root.getSubcommands().get("pretrain");
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    var unused = root.parseArgs("pretrain", "--data", "photos", "--output", "e.safetensors");
    try (PretrainingScreen screen =
        new PretrainingScreen(
            command,
            false,
            ((PretrainCommand) command.getCommand()).config(),
            new Terminal(false, false, 80, true))) {
      screen.began("run", 40, 0, 0, 100);
      screen.stepped(1, 40, -0.4);
      screen.epochEnded(new PretrainingReport(1, 0.03, -0.4, 0.87, null, 0, null, 0, 40));
    }

    assertThat(out.toString()).contains("40 images/s, 1:39 min left");
  }

  @Test
  void imagesWithoutClasses_haveNoAccuracy() {
    show(false, new PretrainingReport(1, 0.03, -0.4, 0.87, null, 0, null, 0, 64));

    assertThat(out.toString())
        .contains("spread 0.87 of 1,920 images; 64 images/s")
        .doesNotContain("neighbours", "intervals");
  }

  @Test
  void rotations_haveTheirAccuracy_withItsInterval_insteadOfTheSpread() {
    PretrainingReport report =
        new PretrainingReport(1, 0.1, 0.9, null, Proportion.of(60, 100), 100, null, 0, 64);

    show(false, report, "--method=rotation");

    assertThat(out.toString())
        .contains("from the first step; in parentheses: 95 % intervals")
        .contains(
            "loss 0.900 of 1,920 images, rotations right 60.00 % (50.20 to 69.06) of 100; 64 images/s")
        .doesNotContain("spread");
  }

  @Test
  void json_hasOneObjectForEachEvent() {
    show(true, new PretrainingReport(1, 0.03, -0.4, 0.87, null, 0, null, 0, 64));

    assertThat(out.toString().lines())
        .hasSize(3)
        .anyMatch(line -> line.contains("\"event\":\"epoch\"") && line.contains("\"spread\":0.87"))
        .anyMatch(line -> line.contains("\"event\":\"epoch\"") && line.contains("\"images\":1920"))
        .anyMatch(line -> line.contains("\"file\":\"e.safetensors\""));
  }
}
