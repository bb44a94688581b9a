package dev.millrace.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder.request;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherFactory;

class SkippedTestsTest {

  @TempDir Path folder;

  /** The build does not run this class, because its name does not end in {@code Test}. */
  static class Tests {
    @Test
    void passes() {}

    @Test
    void wantsData() {
      SharedData.file("models/none.onnx");
    }

    @Test
    void wantsAnEngine() {
      assumeTrue(false, "there is no container engine");
    }

    @Test
    @Disabled("by hand")
    void isDisabled() {}
  }

  /** Like {@link Tests}, the build does not run this class. */
  static class WholeClass {
    @BeforeAll
    static void wantsAnEngine() {
      assumeTrue(false, "there is no container engine");
    }

    @Test
    void one() {}

    @Test
    void another() {}
  }

  private void run(Class<?> tests) {
    LauncherDiscoveryRequest request = request().selectors(selectClass(tests)).build();
    LauncherConfig bare =
        LauncherConfig.builder().enableTestExecutionListenerAutoRegistration(false).build();
    LauncherFactory.create(bare).execute(request, new SkippedTests(folder));
  }

  private List<String> reasons(String kind) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(kind))) {
      return files.map(SkippedTestsTest::read).sorted().toList();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void skippedTests_areKeptByTheirReasons_andForgottenByTheNextRun() throws Exception {
    run(Tests.class);
    run(Tests.class);

    assertEquals(1, reasons("data").size());
    assertEquals(true, reasons("data").get(0).contains("models/none.onnx is not in "));
    assertEquals(2, reasons("other").size());
    assertEquals("by hand", reasons("other").get(0));
    assertEquals(true, reasons("other").get(1).contains("there is no container engine"));
  }

  @Test
  void skippedClass_countsEachOfItsTests() throws Exception {
    run(WholeClass.class);

    assertEquals(2, reasons("other").size());
  }
}
