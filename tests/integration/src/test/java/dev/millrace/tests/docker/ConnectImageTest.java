package dev.millrace.tests.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import dev.millrace.testing.MillraceImage;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.output.OutputFrame;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.kafka.KafkaContainer;

/** Tests the image of Kafka Connect, with a broker in another container. */
@Tag("docker")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ConnectImageTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int REST = 8083;
  private static final int KILLED_BY_SIGTERM = 143;
  private static final String CONNECTOR =
      """
      {"connector.class": "dev.millrace.connect.ImageFolderSource", "tasks.max": "1", "name": "pictures",
       "folder": "/pictures", "topic": "images", "scan.interval.ms": "200"}
      """;

  private static Network network;
  private static KafkaContainer kafka;

  @BeforeAll
  static void startBroker() {
    MillraceImage.CONNECT.require();
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
  void standaloneWorker_sendsAPictureAndStops() throws Exception {
    try (GenericContainer<?> worker =
        worker()
            .withCopyToContainer(Transferable.of(CONNECTOR), "/connectors/pictures.json")
            .withCommand("/connectors/pictures.json")) {
      worker.start();
      sendsPictures(worker, "standalone");

      DockerClient docker = worker.getDockerClient();
      docker.stopContainerCmd(worker.getContainerId()).withTimeout(10).exec();
      assertThat(
              docker
                  .inspectContainerCmd(worker.getContainerId())
                  .exec()
                  .getState()
                  .getExitCodeLong())
          .isEqualTo(KILLED_BY_SIGTERM);
    }
  }

  @Test
  void workerOfAGroup_takesConnectorsOverRest() throws Exception {
    try (GenericContainer<?> worker =
        worker()
            .withEnv("CONNECT_GROUP_ID", "pictures")
            .withEnv("CONNECT_CONFIG_STORAGE_TOPIC", "pictures-config")
            .withEnv("CONNECT_OFFSET_STORAGE_TOPIC", "pictures-offset")
            .withEnv("CONNECT_STATUS_STORAGE_TOPIC", "pictures-status")
            .withEnv("CONNECT_CONFIG_STORAGE_REPLICATION_FACTOR", "1")
            .withEnv("CONNECT_OFFSET_STORAGE_REPLICATION_FACTOR", "1")
            .withEnv("CONNECT_STATUS_STORAGE_REPLICATION_FACTOR", "1")
            .withTmpFs(Map.of("/tmp", "exec", "/pictures", "exec"))
            .withCreateContainerCmdModifier(Hardening::apply)) {
      worker.start();

      assertThat(
              Http.put(
                      worker.getHost(),
                      worker.getMappedPort(REST),
                      "/connectors/pictures/config",
                      CONNECTOR)
                  .statusCode())
          .isEqualTo(201);
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(
                          Http.get(
                                  worker.getHost(),
                                  worker.getMappedPort(REST),
                                  "/connectors/pictures/status")
                              .body())
                      .contains("\"tasks\":[{\"id\":0,\"state\":\"RUNNING\""));
    }
  }

  @Test
  void workerWithoutBrokers_saysWhatToSet() {
    try (GenericContainer<?> worker =
        new GenericContainer<>(MillraceImage.CONNECT.image())
            .withStartupCheckStrategy(new OneShotStartupCheckStrategy())
            .withCreateContainerCmdModifier(
                create -> create.withEntrypoint("bash", "-c", "! /opt/connect/bin/start"))) {
      worker.start();

      assertThat(worker.getLogs(OutputFrame.OutputType.STDERR))
          .contains("set the environment variable CONNECT_BOOTSTRAP_SERVERS");
    }
  }

  private static GenericContainer<?> worker() {
    return new GenericContainer<>(MillraceImage.CONNECT.image())
        .withNetwork(network)
        .withExposedPorts(REST)
        .withEnv("CONNECT_BOOTSTRAP_SERVERS", "broker:19092")
        .waitingFor(Wait.forHealthcheck().withStartupTimeout(PATIENCE));
  }

  private static void sendsPictures(GenericContainer<?> worker, String name) throws Exception {
    Map<String, byte[]> pictures = Samples.images(name, 3);
    pictures.forEach(
        (key, picture) -> worker.copyFileToContainer(Transferable.of(picture), "/pictures/" + key));

    Broker broker = new Broker(kafka.getBootstrapServers());
    await()
        .atMost(PATIENCE)
        .ignoreExceptions() // until the topic is there
        .untilAsserted(
            () ->
                assertThat(broker.images())
                    .extracting(ConsumerRecord::key)
                    .containsExactlyInAnyOrderElementsOf(pictures.keySet()));
  }
}
