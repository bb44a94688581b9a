package dev.millrace.tests.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Records {@code ./millrace demo} on a terminal as an animated SVG file. {@code
 * tests/integration/record-demo} starts this class. This class is not part of any test run, not
 * even of the nightly tests.
 */
@Tag("nightly")
@Tag("recording")
class DemoRecording {

  private static final int COLUMNS = 100;
  private static final int ROWS = 26;

  /** Length of the recorded part of the demo, in s. */
  private static final double LENGTH = 150;

  private static final double SECONDS_PER_FRAME = 2;

  /** Speed at which the film plays, relative to the speed of the demo. */
  private static final double SPEED = 6;

  /** Time for which the film shows the last frame before it starts again, in s. */
  private static final double LAST_FRAME = 4;

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @Test
  void record(@TempDir Path folder) throws Exception {
    Path file = Path.of(System.getProperty("millrace.recording"));
    ScreenSvg film = new ScreenSvg(COLUMNS, ROWS);
    try (PseudoTerminal terminal = PseudoTerminal.start(folder, COLUMNS, ROWS, "", "demo")) {
      terminal.awaitLine(".*a trainer learns.*", PATIENCE);
      long start = System.nanoTime();
      for (double now = 0; now < LENGTH; now += SECONDS_PER_FRAME) {
        film.add(terminal.cells(), now / SPEED);
        long next = start + (long) ((now + SECONDS_PER_FRAME) * 1e9);
        TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
      }
      assertThat(terminal.lines()).anyMatch(line -> line.contains("promoted, +"));

      terminal.type("q");

      assertThat(terminal.await(PATIENCE)).isZero();
    }
    Files.writeString(file, film.file(LENGTH / SPEED + LAST_FRAME));
  }
}
