package dev.millrace.tests.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.ChangeLog;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.events.Prediction;
import dev.millrace.testing.MillraceImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.output.OutputFrame;
import org.testcontainers.kafka.KafkaContainer;

/** Tests the service's image, with a broker in another container. */
@Tag("docker")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class DockerImageTest {

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** Docker's default time between SIGTERM and SIGKILL. */
  private static final int GRACE_SECONDS = 10;

  private static final int KILLED_BY_SIGTERM = 143;

  @TempDir private static Path folder;

  private static Network network;
  private static KafkaContainer kafka;
  private static ModelVersion model;

  @BeforeAll
  static void startBroker() {
    MillraceImage.SERVICE.require();
    model = Samples.model(folder.resolve("models"));
    network = Network.newNetwork();
    kafka =
        new KafkaContainer("apache/kafka:4.3.1").withNetwork(network).withListener("broker:19092");
    kafka.start();
  }

  @AfterAll
  static void stopBroker() {
    if (kafka != null) {
      kafka.close();
      network.close();
    }
  }

  @Test
  void service_answersImagesAndStopsInGoodOrder() throws Exception {
    Broker broker = new Broker(kafka.getBootstrapServers());
    try (GenericContainer<?> service = ServiceImage.serving(model, network, "broker:19092")) {
      service.start();
      await().atMost(PATIENCE).until(service::isHealthy);

      Map<String, byte[]> images = Samples.images("first", 20);
      broker.send(images);
      broker.send(Map.of("first/notes.txt", "no image".getBytes(StandardCharsets.UTF_8)));

      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                assertThat(broker.predictions()).hasSizeGreaterThanOrEqualTo(images.size());
                assertThat(broker.deadLetters()).isNotEmpty();
              });
      requirePredictions(broker.predictions(), images);
      requireDeadLetter(broker.deadLetters());
      requireHttp(service);

      stopInMidStream(broker, service, images.size() + 1);
    }
  }

  @Test
  void demo_runsAsAnyUserOnAReadOnlyFileSystem() {
    try (GenericContainer<?> demo =
        ServiceImage.running("demo", "--untrained", "--count=20")
            .withTmpFs(Map.of("/tmp", "exec"))
            .withCreateContainerCmdModifier(
                create -> {
                  create.withUser("4242:4242");
                  create.getHostConfig().withReadonlyRootfs(true);
                })) {
      demo.start();

      assertThat(demo.getLogs(OutputFrame.OutputType.STDOUT)).contains("20 predictions, ");
      assertThat(demo.getLogs(OutputFrame.OutputType.STDERR)).isEmpty();
    }
  }

  @Test
  void demo_writesToTmpAlone() {
    try (GenericContainer<?> demo =
        ServiceImage.running("demo", "--untrained", "--count=20")
            // The JVM gets these options in addition to the JVM options of the image.
            .withEnv("MILLRACE_OPTS", "-Xmx256m")
            .withCreateContainerCmdModifier(
                create -> create.withUser("4242:4242").withWorkingDir("/var/tmp"))) {
      demo.start();

      assertThat(demo.getDockerClient().containerDiffCmd(demo.getContainerId()).exec())
          .extracting(ChangeLog::getPath)
          .contains("/tmp/javacpp")
          .allMatch(path -> (path + "/").startsWith("/tmp/"));
    }
  }

  @Test
  void doctor_onATmpThatForbidsNativeLibraries_saysWhatChoosesAnotherFolder() {
    String doctor =
        "/opt/millrace/bin/millrace doctor --bootstrap-servers=127.0.0.1:1"
            + " -X request.timeout.ms=500 -X default.api.timeout.ms=1000";
    try (GenericContainer<?> container =
        ServiceImage.running("-c", "! " + doctor)
            .withTmpFs(Map.of("/tmp", "noexec"))
            .withCreateContainerCmdModifier(create -> create.withEntrypoint("bash"))) {
      container.start();

      assertThat(container.getLogs(OutputFrame.OutputType.STDOUT).lines())
          .anyMatch(line -> line.matches("missing +image decoder .*javacpp\\.cachedir=DIR.*"))
          .anyMatch(line -> line.matches("missing +onnx runtime .*java\\.io\\.tmpdir=DIR.*"));
    }
  }

  private static void requirePredictions(
      List<ConsumerRecord<String, Prediction>> predictions, Map<String, byte[]> images) {
    assertThat(predictions)
        .extracting(ConsumerRecord::key)
        .containsExactlyInAnyOrderElementsOf(images.keySet());
    assertThat(predictions)
        .allSatisfy(
            record -> {
              Prediction prediction = record.value();
              assertThat(prediction.id()).isEqualTo(record.key());
              assertThat(prediction.model())
                  .isEqualTo(new Prediction.Model("resnet20", 1, model.sha256()));
              assertThat(prediction.label()).startsWith("class-");
              assertThat(prediction.probabilities().size()).isEqualTo(10);
              assertThat(prediction.source().topic()).isEqualTo("images");
            });
  }

  private static void requireDeadLetter(List<ConsumerRecord<String, byte[]>> deadLetters) {
    assertThat(deadLetters)
        .singleElement()
        .satisfies(
            record -> {
              assertThat(record.key()).isEqualTo("first/notes.txt");
              assertThat(record.value()).asString(StandardCharsets.UTF_8).isEqualTo("no image");
              assertThat(record.headers().lastHeader("__streams.errors.message")).isNotNull();
            });
  }

  private static void requireHttp(GenericContainer<?> service) throws Exception {
    String host = service.getHost();
    int port = service.getMappedPort(ServiceImage.HTTP);
    assertThat(Http.get(host, port, "/v2/health/ready").statusCode()).isEqualTo(200);
    assertThat(Http.get(host, port, "/metrics").body())
        .contains(
            "millrace_inference_request_success_total{model=\"resnet20\",version=\"1\"} 20.0");
  }

  /**
   * Stops the service with {@code docker stop} while it processes a stream of images. Requires that
   * the answered records are exactly the records with committed offsets, and that the service
   * answers all other records after its next start.
   *
   * @param before number of records that already have answers
   */
  private static void stopInMidStream(Broker broker, GenericContainer<?> service, int before)
      throws Exception {
    Map<String, byte[]> images = Samples.images("second", 2_000);
    broker.send(images);
    await().atMost(PATIENCE).until(() -> broker.predictions().size() > before);

    DockerClient docker = service.getDockerClient();
    String id = service.getContainerId();
    docker.stopContainerCmd(id).withTimeout(GRACE_SECONDS).exec();
    assertThat(docker.inspectContainerCmd(id).exec().getState().getExitCodeLong())
        .as("143: it ended on SIGTERM; 137: Docker killed it after the grace period")
        .isEqualTo(KILLED_BY_SIGTERM);
    assertThat(broker.committed("millrace-resnet20"))
        .isEqualTo(broker.predictions().size() + broker.deadLetters().size());

    docker.startContainerCmd(id).exec();
    int all = before - 1 + images.size();
    await().atMost(PATIENCE).until(() -> broker.predictions().size() >= all);
    assertThat(broker.predictions())
        .extracting(ConsumerRecord::key)
        .doesNotHaveDuplicates()
        .hasSize(all)
        .containsAll(images.keySet());
  }
}
