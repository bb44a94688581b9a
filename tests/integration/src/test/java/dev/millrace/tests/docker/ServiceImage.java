package dev.millrace.tests.docker;

import dev.millrace.core.repository.ModelVersion;
import java.nio.file.Path;
import java.time.Duration;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.ImageFromDockerfile;
import org.testcontainers.utility.MountableFile;

/**
 * The image of docker/Dockerfile, built once for all tests. Testcontainers removes the image after
 * the tests, unless its clean-up container (Ryuk) is turned off.
 */
final class ServiceImage {

  /** Port of the service's HTTP endpoint inside its container. */
  static final int HTTP = 8080;

  private static final ImageFromDockerfile IMAGE =
      new ImageFromDockerfile()
          .withFileFromPath("Dockerfile", ContainerEngine.ROOT.resolve("docker/Dockerfile"))
          .withFileFromPath(
              ContainerEngine.ROOT.relativize(ContainerEngine.DISTRIBUTION).toString(),
              ContainerEngine.DISTRIBUTION)
          // Without a target, Docker's classic builder would also build the other images of the
          // Dockerfile, and these need files that are not there.
          .withTarget("service");

  private ServiceImage() {}

  /** Builds the image if necessary, and returns its name. */
  static String name() {
    return IMAGE.get();
  }

  /**
   * Returns a container that runs one command. The container is not started yet. Its {@code start}
   * method waits until the command has ended, and throws if the command failed. The caller closes
   * the container.
   */
  static GenericContainer<?> running(String... command) {
    return new GenericContainer<>(IMAGE)
        .withCommand(command)
        .withStartupCheckStrategy(
            new OneShotStartupCheckStrategy().withTimeout(Duration.ofMinutes(2)));
  }

  /**
   * Returns a container that serves a model, with a broker in the same network. The container is
   * not started yet. Its {@code start} method waits until the service is ready. The caller closes
   * the container.
   *
   * @param bootstrapServers the broker's address within the network
   */
  static GenericContainer<?> serving(ModelVersion model, Network network, String bootstrapServers) {
    Path repository = model.folder().getParent().getParent();
    return new GenericContainer<>(IMAGE)
        .withNetwork(network)
        .withExposedPorts(HTTP)
        .withCopyFileToContainer(MountableFile.forHostPath(repository), "/models")
        .withCommand(
            "serve",
            "--bootstrap-servers=" + bootstrapServers,
            "--repository=/models",
            "--model=" + model.name(),
            "--create-topics=4",
            "--http=" + HTTP,
            "--http-host=0.0.0.0")
        .waitingFor(Wait.forLogMessage("ready .*\\n", 1).withStartupTimeout(Duration.ofMinutes(2)));
  }
}
