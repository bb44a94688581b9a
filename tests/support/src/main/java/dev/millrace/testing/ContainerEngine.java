package dev.millrace.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;
import org.testcontainers.DockerClientFactory;

/**
 * The container engine that tests use. This is the engine at {@code DOCKER_HOST}, or Docker on this
 * machine if {@code DOCKER_HOST} is not set. A test is skipped if there is no engine, or if a file
 * that the image needs is missing. If the environment variable {@code MILLRACE_REQUIRE_DOCKER} is
 * {@code true}, the test fails instead.
 */
public final class ContainerEngine {

  /** Root of the project. */
  public static final Path ROOT = Path.of(System.getProperty("millrace.root", "../..")).normalize();

  private static final boolean REQUIRED =
      Boolean.parseBoolean(System.getenv("MILLRACE_REQUIRE_DOCKER"));

  private ContainerEngine() {}

  /** Skips or fails the test if no engine answers. */
  public static void require() {
    require(
        DockerClientFactory.instance().isDockerAvailable(),
        REQUIRED,
        "no container engine answers; start Docker or set DOCKER_HOST");
  }

  /**
   * Skips or fails the test if no engine answers, or if the build has not created the given folder
   * yet.
   */
  static void require(Path folder) {
    require();
    require(
        Files.isDirectory(folder),
        REQUIRED,
        "there is no " + folder + "; './mvnw package' makes it");
  }

  static void require(boolean present, boolean required, String missing) {
    if (present) {
      return;
    }
    if (required) {
      throw new AssertionFailedError("MILLRACE_REQUIRE_DOCKER is true, but " + missing);
    }
    throw new TestAbortedException("skipped: " + missing);
  }
}
