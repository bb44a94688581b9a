package dev.millrace.tests.docker;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.testcontainers.DockerClientFactory;

/** What these tests need besides the project; they are skipped where it is missing. */
final class ContainerEngine {

  /** The project's root. */
  static final Path ROOT = Path.of(System.getProperty("millrace.root", "../..")).normalize();

  /** The folder that the image is made of. */
  static final Path DISTRIBUTION = ROOT.resolve("topology/service/target/millrace");

  private ContainerEngine() {}

  /** Skips the test unless an engine answers and there is something to make an image of. */
  static void require() {
    assumeTrue(
        DockerClientFactory.instance().isDockerAvailable(),
        "skipped: no container engine answers; start Docker or set DOCKER_HOST");
    assumeTrue(
        Files.isDirectory(DISTRIBUTION.resolve("lib")),
        "skipped: there is no " + DISTRIBUTION + "; './mvnw package' makes it");
  }
}
