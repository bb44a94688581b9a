package dev.millrace.service.command.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.service.demo.FashionMnist;
import dev.millrace.service.demo.VersionScores;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jline.terminal.Size;
import org.jline.terminal.impl.LineDisciplineTerminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** Tests the live screen on a terminal in memory. */
@ResourceLock(Resources.SYSTEM_ERR)
class LiveScreenTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String ALTERNATE_SCREEN = "\u001b[?1049h";
  private static final String USUAL_SCREEN = "\u001b[?1049l";
  private static final String HIDDEN_CURSOR = "\u001b[?25l";

  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final VersionScores scores = new VersionScores();

  @Test
  void screen_showsWhatHappens_andGivesTheTerminalBack() throws Exception {
    LineDisciplineTerminal terminal = terminal(80, 24, written);
    boolean echo = terminal.echo();
    try (LiveScreen screen = new LiveScreen(terminal, scores, System::nanoTime)) {
      screen.say("the broker is at localhost:9092");
      Predictions.show(screen, "bag/1.png", "bag", 3, FashionMnist.read().get(0).encoded());
      screen.training(new ObjectMapper().readTree("{\"event\":\"promoted\",\"version\":4}"));

      awaitText("the broker is at localhost:9092");
      awaitText("version 4 promoted");
      awaitText("✓");
      awaitText("▀");
      assertThat(terminal.echo()).isFalse();
      assertThat(text()).startsWith(ALTERNATE_SCREEN).contains(HIDDEN_CURSOR);
      assertThat(text()).doesNotContain(USUAL_SCREEN);
      assertThat(screen.isEnded()).isFalse();
    }

    assertThat(text()).contains(USUAL_SCREEN);
    assertThat(scores.count()).isEqualTo(1);
    assertThat(echo).isTrue();
  }

  /**
   * If lines move up, JLine's display scrolls them, and edits the list of lines that it was given.
   */
  @Test
  void eventsThatScroll_areDrawn() throws Exception {
    try (LiveScreen screen = new LiveScreen(terminal(80, 24, written), scores, System::nanoTime)) {
      for (char letter = 'a'; letter <= 'h'; letter++) {
        String text = Character.toString(letter).repeat(10);
        screen.say(text);
        awaitText(text);
      }
      assertThat(screen.isEnded()).isFalse();
    }
  }

  @Test
  void screenThatCannotBeDrawn_endsTheDemo_andFails() throws Exception {
    LineDisciplineTerminal broken =
        new LineDisciplineTerminal("test", "xterm-256color", written, StandardCharsets.UTF_8) {
          @Override
          public Size getSize() {
            throw new IllegalStateException("no size");
          }
        };

    LiveScreen screen = new LiveScreen(broken, scores, System::nanoTime);

    await().atMost(PATIENCE).until(screen::isEnded);
    assertThatThrownBy(screen::close).hasMessage("no size");
    assertThat(text()).contains(USUAL_SCREEN);
  }

  @Test
  void keyQ_endsTheDemo_otherKeysDoNot() throws Exception {
    LineDisciplineTerminal terminal = terminal(80, 24, written);
    try (LiveScreen screen = new LiveScreen(terminal, scores, System::nanoTime)) {
      terminal.processInputBytes("x\n".getBytes(StandardCharsets.UTF_8));
      awaitText("predictions");
      assertThat(screen.isEnded()).isFalse();

      terminal.processInputByte('q');

      await().atMost(PATIENCE).until(screen::isEnded);
    }
  }

  @Test
  void windowOfAnotherSize_isDrawnAnew() throws Exception {
    LineDisciplineTerminal terminal = terminal(80, 24, written);
    try (LiveScreen screen = new LiveScreen(terminal, scores, System::nanoTime)) {
      awaitText("q ends the demo");
      written.reset();

      terminal.setSize(new Size(120, 40));

      awaitText("q ends the demo");
      assertThat(screen.isEnded()).isFalse();
    }
  }

  @Test
  void logLines_areEvents_andFollowTheScreen() throws Exception {
    PrintStream before = System.err;
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    try {
      System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
      try (LiveScreen screen =
          new LiveScreen(terminal(80, 24, written), scores, System::nanoTime)) {
        System.err.println("12:00:00 WARN X: the disk is slow");

        awaitText("the disk is slow");
        assertThat(errors.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(screen.isEnded()).isFalse();
      }

      assertThat(errors.toString(StandardCharsets.UTF_8))
          .isEqualTo("12:00:00 WARN X: the disk is slow\n");
    } finally {
      System.setErr(before);
    }
  }

  @Test
  void terminalThatIsGone_endsTheDemo() throws Exception {
    OutputStream gone =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Input/output error");
          }
        };
    try (LiveScreen screen = new LiveScreen(terminal(80, 24, gone), scores, System::nanoTime)) {
      await().atMost(PATIENCE).until(screen::isEnded);
    }
  }

  @Test
  void terminalSuits_ifItIsLargeEnough_andTheCursorCanBeMoved() throws Exception {
    assertThat(LiveScreen.suits(terminal(80, 24, written))).isTrue();
    assertThat(LiveScreen.suits(terminal(79, 24, written))).isFalse();
    assertThat(LiveScreen.suits(terminal(80, 23, written))).isFalse();
    assertThat(LiveScreen.suits(terminal("dumb", 80, 24, written))).isFalse();
  }

  private static LineDisciplineTerminal terminal(int columns, int rows, OutputStream output)
      throws IOException {
    return terminal("xterm-256color", columns, rows, output);
  }

  private static LineDisciplineTerminal terminal(
      String type, int columns, int rows, OutputStream output) throws IOException {
    LineDisciplineTerminal terminal =
        new LineDisciplineTerminal("test", type, output, StandardCharsets.UTF_8);
    terminal.setSize(new Size(columns, rows));
    return terminal;
  }

  private void awaitText(String text) {
    await().atMost(PATIENCE).until(() -> text().contains(text));
  }

  private String text() {
    return written.toString(StandardCharsets.UTF_8);
  }
}
