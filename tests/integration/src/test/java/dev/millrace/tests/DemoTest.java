package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.tests.terminal.PseudoTerminal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@code demo}, the README's first command. */
@Order(4) // the longest classes start first
@Tag("broker")
@Timeout(300)
class DemoTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String SUMMARY =
      "\n(\\d+) predictions, \\d+ with the label that the image has\n";

  /** A line that the demo prints at its end, with the score of one model version. */
  private static final Pattern SCORE =
      Pattern.compile("^version \\d+: (\\d+) of \\d+ right", Pattern.MULTILINE);

  /**
   * A number of right answers that guessing does not reach. The demo has 200 images in ten classes,
   * so guessing gets about 20 of them right.
   */
  private static final int CHANCE = 60;

  @TempDir Path folder;

  /**
   * Starts the launcher once before the tests, because its first start after a build prints an
   * additional message.
   */
  @BeforeAll
  static void prepare(@TempDir Path elsewhere) throws Exception {
    assertThat(MillraceProcess.run(elsewhere, "--version").exitCode()).isZero();
  }

  @Test
  void demo_learns_andServesWhatItLearned() throws Exception {
    MillraceProcess.Result demo = MillraceProcess.run(folder, "demo", "--count", 200, "--rate", 40);

    assertThat(demo.exitCode()).as(demo.errors()).isZero();
    assertThat(demo.errors()).isEmpty();
    assertThat(demo.output())
        .contains("trainer: blessed: no version was promoted yet")
        .containsPattern("\nversion 1 serves, \\d+ s after the start\n")
        .containsPattern("(?m)^the page is at http://localhost:\\d+/page/$")
        .containsPattern(SUMMARY)
        .contains("\n200 predictions, ");
    Matcher score = SCORE.matcher(demo.output().substring(demo.output().lastIndexOf(".png ")));
    int right = 0;
    while (score.find()) {
      right += Integer.parseInt(score.group(1));
    }
    assertThat(right).as(demo.output()).isGreaterThan(CHANCE);
  }

  @Test
  void demoOnATerminal_isOneScreen_untilQ() throws Exception {
    PseudoTerminal.assumePresent();
    try (PseudoTerminal terminal =
        PseudoTerminal.start(folder, 80, 24, "", "demo", "--untrained", "--rate", 40)) {
      terminal.awaitLine("[✓✗] .*", PATIENCE);
      terminal.awaitLine("▶ +1 +\\d+\\.\\d % .*", PATIENCE);
      assertThat(terminal.lines().get(0)).startsWith(" Millrace").endsWith("q ends the demo");
      assertThat(terminal.lines()).filteredOn(line -> line.contains("▀▀▀")).hasSize(7);

      terminal.type("q");

      assertThat(terminal.await(PATIENCE)).as(terminal.written()).isZero();
      assertThat(String.join("\n", terminal.lines()))
          .doesNotContain("q ends the demo")
          .containsPattern("version 1: \\d+ of \\d+ right")
          .containsPattern("\\d+ predictions, \\d+ with the label that the image has");
    }
  }

  @Test
  void demoWithoutColours_printsLines() throws Exception {
    PseudoTerminal.assumePresent();
    try (PseudoTerminal terminal =
        PseudoTerminal.start(folder, 80, 24, "NO_COLOR=1", "demo", "--untrained", "--count", 3)) {
      assertThat(terminal.await(PATIENCE)).as(terminal.written()).isZero();
      assertThat(terminal.written()).doesNotContain("\u001b[").contains("\n3 predictions, ");
    }
  }

  @Test
  void killedDemo_leavesNoProcessRunning() throws Exception {
    try (MillraceProcess demo = MillraceProcess.start(folder, "", "demo")) {
      demo.awaitLine("a trainer learns .*", PATIENCE);
      ProcessHandle handle = ProcessHandle.of(demo.pid()).orElseThrow();
      await()
          .dontCatchUncaughtExceptions()
          .atMost(PATIENCE)
          .until(() -> handle.children().findAny().isPresent());
      List<ProcessHandle> children = handle.descendants().toList();

      demo.kill();

      await()
          .dontCatchUncaughtExceptions()
          .atMost(PATIENCE)
          .until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
    }
  }

  @Test
  void demo_onControlC_endsCleanly() throws Exception {
    try (MillraceProcess demo = MillraceProcess.startInterruptible(folder, "demo", "--untrained")) {
      demo.awaitLine(".*/\\d+\\.png .*", PATIENCE);
      assumeTrue(
          demo.heedsInterrupts(),
          "this build and its child processes ignore SIGINT; run it in the foreground");
      demo.interrupt();

      assertThat(demo.await(PATIENCE)).isEqualTo(130);
      assertThat(demo.errors()).isEmpty();
      assertThat(demo.output()).containsPattern(SUMMARY);
    }
  }
}
