package dev.millrace.service.command.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgressBarTest {

  private long now;

  @ParameterizedTest
  @ValueSource(ints = {80, 100, 160})
  void bar_fillsTheTerminal(int columns) {
    FakeTerminal terminal = new FakeTerminal(columns);
    ProgressBar bar = bar(terminal, columns);
    bar.tell("loss 0.123, accuracy 81.2 %");
    advance(bar, 500);

    String line = last(terminal);

    assertThat(line).hasSize(columns - 1).contains("50 %", "loss 0.123", "0:10 min left");
    assertThat(inBrackets(line)).matches("=+ +").hasSizeGreaterThanOrEqualTo(20);
  }

  @Test
  void wideTerminal_showsAllDetails() {
    FakeTerminal terminal = new FakeTerminal(160);
    advance(bar(terminal, 160), 500);

    assertThat(last(terminal)).contains("50 %", "0:10 min left", "500/1,000 images", "50/s");
  }

  @ParameterizedTest
  @ValueSource(ints = {80, 160})
  void printedLines_stayAboveTheBar(int columns) {
    FakeTerminal terminal = new FakeTerminal(columns);
    ProgressBar bar = bar(terminal, columns);
    PrintWriter out = terminal.writer();
    for (int i = 1; i <= 3; i++) {
      advance(bar, 100);
      String line = "result " + i + " " + "x".repeat(100);
      bar.print(
          () -> {
            out.println(line);
            out.flush();
          });
      advance(bar, 100);
    }
    bar.close();

    List<String> lines = terminal.lines();
    assertThat(lines).hasSize(5);
    assertThat(lines.subList(0, 3)).allMatch(line -> line.matches("result [123] x{100}"));
    assertThat(lines.get(3)).startsWith("task [====").contains("60 %");
    assertThat(lines.get(4)).isEmpty();
  }

  @Test
  void terminalThatBecameNarrower_showsOneRow() {
    FakeTerminal terminal = new FakeTerminal(60);
    ProgressBar bar = bar(terminal, 160);
    advance(bar, 100);
    advance(bar, 100);

    assertThat(terminal.lines()).hasSize(1);
  }

  @Test
  void stepsDoneBefore_sayNothingAboutTheSpeed() {
    FakeTerminal terminal = new FakeTerminal(160);
    ProgressBar bar = bar(terminal, 160);
    bar.skip(500);
    advance(bar, 100);

    assertThat(last(terminal)).contains("60 %", "50/s", "0:08 min left");
  }

  @Test
  void closedBar_drawsNoMore() {
    FakeTerminal terminal = new FakeTerminal(80);
    ProgressBar bar = bar(terminal, 80);
    bar.close();
    bar.close();
    bar.print(() -> {});
    advance(bar, 100);

    assertThat(terminal.lines()).hasSize(2);
  }

  @Test
  void nothingToDo_isDone() {
    FakeTerminal terminal = new FakeTerminal(80);
    new ProgressBar(terminal.writer(), 80, () -> now, "task", 0, "images").close();

    assertThat(terminal.lines().get(0)).contains("100 %");
  }

  private ProgressBar bar(FakeTerminal terminal, int columns) {
    return new ProgressBar(terminal.writer(), columns, () -> now, "task", 1000, "images");
  }

  /** Counts images at a rate of 50 images per second. */
  private void advance(ProgressBar bar, int images) {
    now += images * 20_000_000L;
    bar.step(images);
  }

  private static String last(FakeTerminal terminal) {
    List<String> lines = terminal.lines();
    return lines.get(lines.size() - 1);
  }

  private static String inBrackets(String line) {
    return line.substring(line.indexOf('[') + 1, line.indexOf(']'));
  }
}
