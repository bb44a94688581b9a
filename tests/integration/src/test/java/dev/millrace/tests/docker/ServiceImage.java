package dev.millrace.tests.docker;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.testing.MillraceImage;
import java.nio.file.Path;
import java.time.Duration;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.MountableFile;

/** Containers of the images that run the command line. */
final class ServiceImage {

  /** Port of the service's HTTP endpoint inside its container. */
  static final int HTTP = 8080;

  private ServiceImage() {}

  /** Returns a container of the image {@code millrace} that runs one command. */
  static GenericContainer<?> running(String... command) {
    return running(MillraceImage.SERVICE, command);
  }

  /**
   * Returns a container that runs one command. The container is not started yet. Its {@code start}
   * method waits until the command has ended, and throws if the command failed. The caller closes
   * the container.
   */
  static GenericContainer<?> running(MillraceImage image, String... command) {
    return new GenericContainer<>(image.image())
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
    return new GenericContainer<>(MillraceImage.SERVICE.image())
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
