package dev.millrace.tests.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaseRowsTest {

  private static final String HEAD = "| case |\n|---|\n";
  private static final CrashCase OLD = kill("3.9.2");
  private static final CrashCase NEW = kill("4.4.0");
  private static final CrashCase MISSING = kill("4.0.2");

  @TempDir Path folder;

  private static CrashCase kill(String version) {
    return new CrashCase(Disturbance.KILL, "at_least_once", "classic", Optional.of(version));
  }

  @Test
  void table_hasTheRowsOfEarlierRuns_inTheOrderOfTheCases() throws Exception {
    new CaseRows(folder, HEAD).add(NEW, "| new |\n");
    CaseRows resumed = new CaseRows(folder, HEAD);
    resumed.add(OLD, "| first |\n");
    resumed.add(OLD, "| second |\n");

    assertThat(resumed.table(Stream.of(OLD, MISSING, NEW)))
        .isEqualTo(HEAD + "| second |\n| new |\n");
  }
}
