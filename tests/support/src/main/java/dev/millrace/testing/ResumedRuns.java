package dev.millrace.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Makes it possible to resume an interrupted run of nightly tests. When a test with the tag {@code
 * nightly} passes, this class creates a file for this test in {@code target/nightly}. With {@code
 * -Dnightly.resume}, a test that has such a file is skipped. Without {@code -Dnightly.resume}, the
 * file is deleted before the test runs.
 */
public final class ResumedRuns implements ExecutionCondition, TestWatcher {

  private static final String TAG = "nightly";

  private final Path folder;
  private final boolean resume;

  /** Creates the extension. JUnit calls this with the module's folder as working directory. */
  public ResumedRuns() {
    this(Path.of("target", "nightly"), System.getProperty("nightly.resume") != null);
  }

  ResumedRuns(Path folder, boolean resume) {
    this.folder = folder;
    this.resume = resume;
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext test) {
    if (!isNightly(test) || !Files.exists(file(test))) {
      return ConditionEvaluationResult.enabled("has not passed before");
    }
    if (resume) {
      return ConditionEvaluationResult.disabled("passed before: " + file(test));
    }
    try {
      Files.delete(file(test));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ConditionEvaluationResult.enabled("not resumed, runs again");
  }

  @Override
  public void testSuccessful(ExtensionContext test) {
    if (isNightly(test)) {
      try {
        Files.createDirectories(folder);
        Files.writeString(file(test), test.getDisplayName() + "\n");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static boolean isNightly(ExtensionContext test) {
    return test.getTags().contains(TAG) && test.getTestMethod().isPresent();
  }

  private Path file(ExtensionContext test) {
    return folder.resolve(test.getUniqueId().replaceAll("[^\\w.]+", "-"));
  }
}
