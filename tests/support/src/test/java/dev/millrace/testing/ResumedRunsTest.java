package dev.millrace.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder.request;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

class ResumedRunsTest {

  private static Path folder;
  private static boolean resume;
  private static int failing;
  private static int runs;

  @TempDir Path temporary;

  @BeforeEach
  void begin() {
    folder = temporary;
    resume = false;
    failing = 0;
    runs = 0;
  }

  /**
   * A class with three tests, one of which can be made to fail. The build does not run this class
   * by itself, because its name does not end in {@code Test}.
   */
  @Tag("nightly")
  static class Nightly {
    @RegisterExtension ResumedRuns resumed = new ResumedRuns(folder, resume);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void number(int number) {
      runs++;
      assertTrue(number != failing);
    }
  }

  static class NotNightly {
    @RegisterExtension ResumedRuns resumed = new ResumedRuns(folder, resume);

    @Test
    void one() {
      runs++;
    }
  }

  private static TestExecutionSummary run(Class<?> tests) {
    runs = 0;
    SummaryGeneratingListener summary = new SummaryGeneratingListener();
    LauncherDiscoveryRequest request = request().selectors(selectClass(tests)).build();
    LauncherConfig bare =
        LauncherConfig.builder().enableTestExecutionListenerAutoRegistration(false).build();
    LauncherFactory.create(bare).execute(request, summary);
    return summary.getSummary();
  }

  @Test
  void resumedGroup_runsOnlyWhatHasNotPassed() {
    failing = 2;
    assertEquals(1, run(Nightly.class).getTestsFailedCount());
    assertEquals(3, runs);

    failing = 0;
    resume = true;
    run(Nightly.class);
    assertEquals(1, runs);
    run(Nightly.class);
    assertEquals(0, runs);
  }

  @Test
  void groupThatIsNotResumed_runsWhole_andForgetsWhatPassedBefore() {
    run(Nightly.class);
    failing = 3;
    run(Nightly.class);
    assertEquals(3, runs);

    failing = 0;
    resume = true;
    run(Nightly.class);
    assertEquals(1, runs);
  }

  @Test
  void otherTests_leaveNothing_andAlwaysRun() throws Exception {
    run(NotNightly.class);
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(0, files.count());
    }
    resume = true;
    run(NotNightly.class);
    assertEquals(1, runs);
  }
}
