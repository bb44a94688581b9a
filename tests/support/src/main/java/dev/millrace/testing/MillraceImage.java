package dev.millrace.testing;

import java.util.List;
import org.testcontainers.images.builder.ImageFromDockerfile;

/**
 * The images of the folder {@code docker}. Each image is built once for all tests of a module.
 * Testcontainers removes the image after the tests, unless its clean-up container (Ryuk) is turned
 * off.
 */
@SuppressWarnings("ImmutableEnumChecker") // nothing changes an image after its construction
public enum MillraceImage {
  /** The image with the command line, which also runs the service. */
  SERVICE("docker/Dockerfile", "service", List.of("topology/service/target/millrace")),

  /** The image with the command line and the trainer. */
  TRAINER(
      "docker/Dockerfile",
      "trainer",
      List.of("topology/service/target/millrace", "model/trainer/target/trainer")),

  /** The image of a Kafka Connect worker with Millrace's plugins. */
  CONNECT(
      "docker/connect/Dockerfile",
      "connect",
      List.of("connectors/worker/target/worker", "connectors/connect/target/plugins"));

  /** The version in the labels of the images that tests build. */
  public static final String VERSION = "1.2.3-test";

  private final List<String> folders;
  private final ImageFromDockerfile image;

  MillraceImage(String dockerfile, String target, List<String> folders) {
    this.folders = folders;
    // Without a target, Docker's classic builder would also build the other images of the
    // Dockerfile. These images need files that are not in the build context.
    image =
        new ImageFromDockerfile()
            .withFileFromPath("Dockerfile", ContainerEngine.ROOT.resolve(dockerfile))
            .withBuildArg("VERSION", VERSION)
            .withBuildArg("REVISION", "test")
            .withTarget(target);
    for (String path : List.of("docker/healthcheck", "docker/connect")) {
      image.withFileFromPath(path, ContainerEngine.ROOT.resolve(path));
    }
    for (String folder : folders) {
      image.withFileFromPath(folder, ContainerEngine.ROOT.resolve(folder));
    }
  }

  /** Skips the test if the image cannot be built here. See {@link ContainerEngine}. */
  public void require() {
    ContainerEngine.require();
    folders.forEach(folder -> ContainerEngine.require(ContainerEngine.ROOT.resolve(folder)));
  }

  /**
   * Returns the image. The image is built when a test asks for its name or starts a container of
   * it.
   */
  public ImageFromDockerfile image() {
    return image;
  }

  /** Builds the image if necessary, and returns its name. */
  public String imageName() {
    return image.get();
  }
}
