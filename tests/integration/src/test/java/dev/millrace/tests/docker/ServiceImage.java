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
 * The image of docker/Dockerfile, built once for all tests; Testcontainers removes it, unless its
 * Ryuk is off.
 */
final class ServiceImage {

  /** The port that the service answers HTTP on, inside its container. */
  static final int HTTP = 8080;

  private static final ImageFromDockerfile IMAGE =
      new ImageFromDockerfile()
          .withFileFromPath("Dockerfile", ContainerEngine.ROOT.resolve("docker/Dockerfile"))
          .withFileFromPath(
              ContainerEngine.ROOT.relativize(ContainerEngine.DISTRIBUTION).toString(),
              ContainerEngine.DISTRIBUTION)
          // The classic builder would build the other images, too, which need more.
          .withTarget("service");

  private ServiceImage() {}

  /** Its name, once it is built. */
  static String name() {
    return IMAGE.get();
  }

  /**
   * A container, not started, that runs one command. Starting it returns when the command has
   * ended, and throws unless it ended well. The caller closes it.
   */
  static GenericContainer<?> running(String... command) {
    return new GenericContainer<>(IMAGE)
        .withCommand(command)
        .withStartupCheckStrategy(
            new OneShotStartupCheckStrategy().withTimeout(Duration.ofMinutes(2)));
  }

  /**
   * A container, not started, that serves a model to a broker of its network. Starting it returns
   * when the service has said that it is ready. The caller closes it.
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
