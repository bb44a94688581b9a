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
 * Lets a nightly group go on where it was cut off. Each test of the tag {@code nightly} that passed
 * leaves a file in {@code target/nightly}; with {@code -Dnightly.resume} a test with such a file is
 * not run again. Without it the file counts for nothing, and is deleted before the test runs.
 */
public final class ResumedRuns implements ExecutionCondition, TestWatcher {

  private static final String TAG = "nightly";

  private final Path folder;
  private final boolean resume;

  /** Used by JUnit, in the module's folder. */
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
      return ConditionEvaluationResult.enabled("not run before");
    }
    if (resume) {
      return ConditionEvaluationResult.disabled("passed before: " + file(test));
    }
    try {
      Files.delete(file(test));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ConditionEvaluationResult.enabled("run anew");
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
