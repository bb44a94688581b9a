package dev.millrace.trainer.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.evaluation.Proportion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Simulates the gate for several numbers of images, and compares the results with the table in
 * {@code RATIONALE.md}.
 */
@Tag("nightly")
@Tag("learning")
class GateTableSuite {

  private static final double[] DIFFER = {0.05, 0.1, 0.2};
  private static final double STEP = 0.0025;

  @Test
  void table_isTheOneInThePage() throws Exception {
    List<String> rows = new ArrayList<>();
    for (int images : new int[] {100, 200, 400, 1_000, 2_500}) {
      rows.add(row(images));
    }
    System.out.println(String.join("\n", rows));

    assertThat(Files.readAllLines(Path.of("RATIONALE.md"))).containsAll(rows);
  }

  private static String row(int images) {
    StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "| %,d |", images));
    for (double differ : DIFFER) {
      row.append(equal(new GateSimulation(images, differ, 0)));
    }
    row.append(equal(new GateSimulation(images, 0.1, 0.9)));
    for (double differ : DIFFER) {
      int promoted = new GateSimulation(images, differ, 0).promoted(0.05, 5);
      row.append(String.format(Locale.ROOT, " %.0f %% |", 100 * GateSimulation.share(promoted)));
    }
    return row.append(String.format(Locale.ROOT, " %.2f |", told(images))).toString();
  }

  private static String equal(GateSimulation simulation) {
    int promoted = simulation.promoted(0, Spending.ROUNDS);
    Proportion share = Proportion.of(promoted, GateSimulation.series());
    assertThat(share.high()).isLessThan(0.06);
    return String.format(Locale.ROOT, " %.1f (%.1f) %% |", 100 * share.value(), 100 * share.high());
  }

  /**
   * Returns the smallest gain, in percentage points, at which four of five series promote a
   * candidate within five rounds.
   */
  private static double told(int images) {
    double gain = STEP;
    while (GateSimulation.share(
            new GateSimulation(images, Math.max(0.1, gain), 0).promoted(gain, 5))
        < 0.8) {
      gain += STEP;
    }
    return 100 * gain;
  }
}
