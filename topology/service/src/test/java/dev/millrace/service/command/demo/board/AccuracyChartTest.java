package dev.millrace.service.command.demo.board;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jline.utils.AttributedString;
import org.junit.jupiter.api.Test;

/** Tests the line chart. */
class AccuracyChartTest {

  /** Width of the chart: six columns for the scale, and two for the dots. */
  private static final int COLUMNS = 8;

  /**
   * Height of the chart: two lines for the dots, and three for the heading, the axis and the
   * versions.
   */
  private static final int ROWS = 5;

  private final AccuracyHistory history = new AccuracyHistory();

  /** The line goes from the bottom on the left to the top on the right without a gap. */
  @Test
  void risingAccuracy_isARisingLine() {
    history.change(1, 0);
    add(100, false, 0);
    for (int i = 1; i <= 300; i++) {
      history.add(true, i / 100.0);
    }

    List<String> lines = lines(3);

    assertThat(lines.get(1)).startsWith("100 %┫");
    assertThat(lines.get(2)).startsWith("  0 %┫");
    assertThat(lines.get(2).charAt(6)).isGreaterThan('\u2800');
    assertThat(lines.get(1).charAt(6)).isGreaterThanOrEqualTo(' ');
    assertThat(lines.get(1).charAt(7)).isGreaterThan('\u2800');
    assertThat(lines.get(3)).isEqualTo("     ┗━━");
  }

  @Test
  void steadyAccuracy_isALevelLine() {
    for (int i = 0; i <= 300; i++) {
      history.add(true, i / 100.0);
    }

    // The line fills the upper two dots of each cell.
    assertThat(lines(3).get(1)).isEqualTo("100 %┫⠉⠉");
    assertThat(lines(3).get(2)).isEqualTo(" 50 %┫  ");
  }

  @Test
  void highAccuracies_getALargerScale() {
    add(1_000, true, 0);
    add(20, false, 1);

    assertThat(lines(2).get(2)).startsWith(" 50 %┫");
  }

  @Test
  void versions_withoutRoomBesideTheOneBefore_areLeftOut() {
    history.change(1, 0);
    history.change(2, 0.1);

    assertThat(lines(3).get(4)).isEqualTo("      v1");
  }

  private void add(int count, boolean correct, double seconds) {
    for (int i = 0; i < count; i++) {
      history.add(correct, seconds);
    }
  }

  private List<String> lines(double seconds) {
    List<AttributedString> lines = AccuracyChart.draw(history, COLUMNS, ROWS, seconds);
    assertThat(lines).hasSize(ROWS);
    return lines.stream().map(AttributedString::toString).toList();
  }
}
