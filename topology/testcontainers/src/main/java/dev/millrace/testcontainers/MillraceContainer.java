package dev.millrace.testcontainers;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/**
 * A container that runs {@code millrace serve}, which classifies the images of a topic with a model
 * of the test. Two calls set the model and the broker:
 *
 * <pre>{@code
 * MillraceContainer millrace =
 *     new MillraceContainer("millrace")
 *         .withModel(Path.of("models/colours"))
 *         .withKafka(kafka);
 * }</pre>
 *
 * <p>{@link #start} returns once the service is ready. The service then has created its topics,
 * loaded the model and joined its group, so the test can send images at once. If the service ends
 * while it starts, {@code start} throws an exception with the service's last error.
 *
 * <p>Like every container of Testcontainers, an object of this class is not thread-safe, and the
 * caller closes it.
 */
public class MillraceContainer extends GenericContainer<MillraceContainer> {

  /** Port of the HTTP endpoint inside the container. */
  public static final int HTTP_PORT = 8080;

  /**
   * Port of the listener that a Testcontainers broker provides for other containers in its network.
   */
  private static final int BROKER_PORT = 9093;

  private static final String REPOSITORY = "/models/";

  /**
   * How long the start may take. This time is longer than the 120 s for which the service waits for
   * its brokers.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(150);

  private final List<String> options = new ArrayList<>();
  private String model;
  private String bootstrapServers;
  private int partitions = 1;

  /**
   * Creates a container that is not started yet.
   *
   * @param image name of the image, for example {@code millrace}
   */
  public MillraceContainer(String image) {
    this(DockerImageName.parse(image));
  }

  /**
   * Creates a container that is not started yet.
   *
   * @param image name of the image
   */
  @SuppressWarnings("this-escape") // Testcontainers configures a container by its own methods
  public MillraceContainer(DockerImageName image) {
    super(image);
    addExposedPort(HTTP_PORT);
    waitingFor(new Readiness().withStartupTimeout(PATIENCE));
  }

  /**
   * Copies a model into the container and serves it. The model has the folder's name.
   *
   * @param folder a model of a model repository: a folder with {@code labels.txt} and a folder for
   *     each version, such as {@code 1/model.onnx}
   * @return this container
   * @throws IllegalArgumentException if the folder has no version
   */
  public MillraceContainer withModel(Path folder) {
    model = ModelFolder.name(folder);
    return withCopyFileToContainer(MountableFile.forHostPath(folder), REPOSITORY + model);
  }

  /**
   * Connects the service to a broker that Testcontainers runs. The service starts after the broker,
   * in the broker's network.
   *
   * @param kafka a {@code KafkaContainer} or {@code ConfluentKafkaContainer} that has a network
   * @return this container
   * @throws IllegalArgumentException if the broker has no network
   */
  public MillraceContainer withKafka(GenericContainer<?> kafka) {
    Network network = kafka.getNetwork();
    if (network == null) {
      throw new IllegalArgumentException(
          "the broker has no network, so that other containers cannot reach it;"
              + " add .withNetwork(Network.newNetwork()) to the broker");
    }
    withNetwork(network);
    dependsOn(kafka);
    return withBootstrapServers(kafka.getNetworkAliases().get(0) + ":" + BROKER_PORT);
  }

  /**
   * Connects the service to brokers at these addresses. For brokers that Testcontainers runs,
   * {@link #withKafka} is easier.
   *
   * @param hostsAndPorts addresses that the container can reach, as {@code HOST:PORT}, separated by
   *     commas
   * @return this container
   */
  public MillraceContainer withBootstrapServers(String hostsAndPorts) {
    bootstrapServers = hostsAndPorts;
    return this;
  }

  /**
   * Sets the number of partitions of the topics that the service creates. By default, it is 1.
   *
   * @param number number of partitions, at least 1
   * @return this container
   */
  public MillraceContainer withPartitions(int number) {
    if (number < 1) {
      throw new IllegalArgumentException("the number of partitions must be at least 1: " + number);
    }
    partitions = number;
    return this;
  }

  /**
   * Adds options of {@code millrace serve}, such as {@code --input=photos}.
   *
   * @param more the options
   * @return this container
   */
  public MillraceContainer withOptions(String... more) {
    options.addAll(List.of(more));
    return this;
  }

  /**
   * Returns the address of the HTTP endpoint, from which the test reads metrics and health.
   *
   * @return the address, for example {@code http://localhost:32768}
   */
  public String getHttpUrl() {
    return "http://" + getHost() + ":" + getMappedPort(HTTP_PORT);
  }

  /** Composes the command line. Testcontainers calls this method in {@link #start}. */
  @Override
  protected void configure() {
    if (model == null) {
      throw new IllegalStateException("there is no model; call withModel(FOLDER)");
    }
    if (bootstrapServers == null) {
      throw new IllegalStateException("there is no broker; call withKafka(BROKER)");
    }
    List<String> command = new ArrayList<>();
    command.add("serve");
    command.add("--bootstrap-servers=" + bootstrapServers);
    command.add("--repository=" + REPOSITORY);
    command.add("--model=" + model);
    command.add("--create-topics=" + partitions);
    command.add("--http=" + HTTP_PORT);
    command.add("--http-host=0.0.0.0");
    command.addAll(options);
    setCommand(command.toArray(new String[0]));
  }
}
