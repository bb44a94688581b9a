package dev.millrace.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.decode.RobustnessTest.Line;
import dev.millrace.testing.SharedData;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link RobustnessTest} with more files and a time limit. Part of a nightly test group. */
@Tag("nightly")
@Tag("corpus")
class RobustnessSuite {

  /** The time after which the engine refuses an image; see {@code ImageLimits}. */
  private static final int MAX_MILLIS = 5_000;

  @TempDir private Path folder;

  @Test
  void corpus_isDecodedOrRefused_inTime() throws Exception {
    requireInTime(
        RobustnessTest.sweep(
            folder, "tar", SharedData.file("robustness/robustness.tar").toString()));
  }

  @Test
  void mutatedFiles_areDecodedOrRefused_inTime() throws Exception {
    requireInTime(RobustnessTest.requireOutcomes(7_000, folder));
  }

  private static void requireInTime(List<Line> lines) {
    assertThat(lines)
        .allSatisfy(line -> assertThat(line.millis()).as(line.name()).isLessThan(MAX_MILLIS));
  }
}
