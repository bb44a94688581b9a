package dev.millrace.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Writes a file for each skipped test into {@code target/skipped-tests}. The file is in the
 * subfolder {@code data} if the test was skipped because a file of {@link SharedData} is missing.
 * Otherwise, it is in the subfolder {@code other}. The last module of the build counts these files,
 * and prints the two counts in one line.
 */
public final class SkippedTests implements TestExecutionListener {

  private final Path folder;
  private TestPlan plan;

  /**
   * Creates the listener. JUnit's launcher calls this with the module's folder as working
   * directory.
   */
  public SkippedTests() {
    this(Path.of("target", "skipped-tests"));
  }

  SkippedTests(Path folder) {
    this.folder = folder;
  }

  @Override
  public void testPlanExecutionStarted(TestPlan plan) {
    this.plan = plan;
    for (String kind : new String[] {"data", "other"}) {
      try (Stream<Path> files =
          Files.exists(folder.resolve(kind)) ? Files.list(folder.resolve(kind)) : Stream.empty()) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    write("other", test, reason);
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (result.getStatus() == Status.ABORTED) {
      Throwable reason = result.getThrowable().orElse(null);
      write(
          reason instanceof SharedData.MissingDataException ? "data" : "other",
          test,
          String.valueOf(reason));
    }
  }

  /** If a class is skipped, each of its tests counts as skipped. */
  private void write(String kind, TestIdentifier skipped, String reason) {
    List<TestIdentifier> tests =
        Stream.concat(Stream.of(skipped), plan.getDescendants(skipped).stream())
            .filter(TestIdentifier::isTest)
            .toList();
    (tests.isEmpty() ? List.of(skipped) : tests).forEach(test -> writeOne(kind, test, reason));
  }

  private void writeOne(String kind, TestIdentifier test, String reason) {
    String name = test.getUniqueId().replaceAll("[^\\w.]+", "-");
    String shortName = name.substring(Math.max(0, name.length() - 150));
    try {
      Files.createDirectories(folder.resolve(kind));
      Files.writeString(
          folder.resolve(kind).resolve(shortName), reason + "\n", StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
