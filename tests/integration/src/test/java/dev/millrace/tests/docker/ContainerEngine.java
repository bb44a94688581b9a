package dev.millrace.tests.docker;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.testcontainers.DockerClientFactory;

/**
 * These tests need a container engine and Millrace's distribution. If one of the two is missing,
 * the tests are skipped.
 */
final class ContainerEngine {

  /** Root of the project. */
  static final Path ROOT = Path.of(System.getProperty("millrace.root", "../..")).normalize();

  /** Folder of the distribution from which the Docker image is built. */
  static final Path DISTRIBUTION = ROOT.resolve("topology/service/target/millrace");

  private ContainerEngine() {}

  /** Skips the test if no engine answers or if there is no distribution. */
  static void require() {
    assumeTrue(
        DockerClientFactory.instance().isDockerAvailable(),
        "skipped: no container engine answers; start Docker or set DOCKER_HOST");
    assumeTrue(
        Files.isDirectory(DISTRIBUTION.resolve("lib")),
        "skipped: there is no " + DISTRIBUTION + "; './mvnw package' makes it");
  }
}
