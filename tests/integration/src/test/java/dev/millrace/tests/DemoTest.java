package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The README's first command. */
@Tag("broker")
@Timeout(300)
class DemoTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String SUMMARY =
      "\n(\\d+) predictions, \\d+ with the label that the image has\n";

  @TempDir Path folder;

  @Test
  void demo_withCount_endsByItself() throws Exception {
    MillraceProcess.Result demo = MillraceProcess.run(folder, "demo", "--count", 5);

    assertThat(demo.exitCode()).as(demo.errors()).isZero();
    assertThat(demo.errors()).isEmpty();
    assertThat(demo.output()).containsPattern(SUMMARY).contains("\n5 predictions, ");
    assertThat(demo.output().lines()).hasSize(1 + 5 + 1);
  }

  @Test
  void demo_onControlC_endsCleanly() throws Exception {
    try (MillraceProcess demo = MillraceProcess.start(folder, "", "demo")) {
      demo.awaitLine(".*/\\d+\\.png .*", PATIENCE);
      demo.interrupt();

      assertThat(demo.await(PATIENCE)).isEqualTo(130);
      assertThat(demo.errors()).isEmpty();
      assertThat(demo.output()).containsPattern(SUMMARY);
    }
  }
}
