package dev.millrace.tests.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.testing.MillraceImage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the compose file as a user does. */
@Tag("docker")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ComposeFileTest {

  @TempDir private Path folder;

  @BeforeAll
  static void requireEngine() {
    MillraceImage.SERVICE.require();
  }

  @Test
  void config_withoutVariables_takesTheDefaults() throws Exception {
    Compose.Result config = new Compose("millrace-test-config", Map.of()).run("config");
    assertThat(config.exitCode()).as(config.output()).isZero();
    assertThat(config.output())
        .doesNotContain("WARN", "not set")
        .contains("--model=fashion", "mem_limit: \"" + (2L << 30) + "\"");
  }

  @Test
  void config_withVariables_takesThem() throws Exception {
    Map<String, String> variables =
        Map.of("MILLRACE_MODEL", "resnet50", "MILLRACE_MEMORY", "512m", "HTTP_PORT", "1234");
    Compose.Result config = new Compose("millrace-test-config", variables).run("config");
    assertThat(config.exitCode()).as(config.output()).isZero();
    assertThat(config.output())
        .contains("--model=resnet50", "mem_limit: \"" + (512L << 20) + "\"", "\"1234\"");
  }

  @Test
  void config_forGpus_reservesOne() throws Exception {
    Compose.Result config =
        new Compose("millrace-test-config", Map.of()).run("--profile", "gpu", "config");
    assertThat(config.exitCode()).as(config.output()).isZero();
    assertThat(config.output()).contains("--device=cuda:0", "driver: nvidia");
  }

  /**
   * The test starts neither Prometheus nor Grafana, because their images would have to be
   * downloaded.
   */
  @Test
  void up_showsAPictureThatIsDroppedIntoTheFolder() throws Exception {
    MillraceImage.TRAINER.require();
    MillraceImage.CONNECT.require();
    Path pictures = folder.resolve("pictures");
    Path sneakers = Files.createDirectories(pictures.resolve("sneaker"));
    int kafkaPort = freePort();
    int httpPort = freePort();
    Map<String, String> variables =
        Map.of(
            "MILLRACE_IMAGE", MillraceImage.SERVICE.imageName(),
            "MILLRACE_TRAINER_IMAGE", MillraceImage.TRAINER.imageName(),
            "MILLRACE_CONNECT_IMAGE", MillraceImage.CONNECT.imageName(),
            "MILLRACE_PICTURES", pictures.toAbsolutePath().toString(),
            "KAFKA_PORT", Integer.toString(kafkaPort),
            "HTTP_PORT", Integer.toString(httpPort));
    try (Compose compose = new Compose("millrace-test-all-" + kafkaPort, variables)) {
      String[] services = {"broker", "millrace", "trainer", "connect"};
      long start = System.nanoTime();
      Compose.Result up =
          compose.run(
              "up", "--detach", "--wait", services[0], services[1], services[2], services[3]);
      assertThat(up.exitCode()).as(up.output()).isZero();

      try (PageReader page = PageReader.open(httpPort, token(compose))) {
        page.await("\"live\":true");
        long drop = System.nanoTime();
        Files.write(sneakers.resolve("one.jpg"), Samples.jpeg());
        page.await("\"id\":\"sneaker/one.jpg\"");
        long end = System.nanoTime();
        System.out.printf(
            "picture on the page %.1f s after docker compose up, %.1f s after it appeared%n",
            (end - start) / 1e9, (end - drop) / 1e9);
        page.await("\"truth\":\"sneaker\"");
        HttpResponse<String> thumbnail = page.get("thumbnails/0");
        assertThat(thumbnail.statusCode()).isEqualTo(200);
        assertThat(thumbnail.headers().firstValue("Content-Type")).contains("image/png");
      }
      assertThat(new Broker("localhost:" + kafkaPort).predictions())
          .extracting(ConsumerRecord::key, record -> record.value().model().name())
          .containsExactly(tuple("sneaker/one.jpg", "fashion"));
      assertThat(compose.run("ps", "--status", "running", "--services").output().lines())
          .contains(services);
    }
  }

  /** Returns the live page's token. Reads it with the command that a user would run. */
  private static String token(Compose compose) throws Exception {
    Compose.Result cat = compose.run("exec", "--no-TTY", "millrace", "cat", "/tokens/page");
    assertThat(cat.output()).matches("[0-9a-f]{64}\n");
    return cat.output().strip();
  }

  @Test
  void up_bringsAServiceThatAnswers() throws Exception {
    ModelVersion model = Samples.model(folder.resolve("models"));
    int kafkaPort = freePort();
    int httpPort = freePort();
    Map<String, String> variables =
        Map.of(
            "MILLRACE_IMAGE", MillraceImage.SERVICE.imageName(),
            "MILLRACE_MODEL", model.name(),
            "MILLRACE_REPOSITORY", folder.resolve("models").toAbsolutePath().toString(),
            "KAFKA_PORT", Integer.toString(kafkaPort),
            "HTTP_PORT", Integer.toString(httpPort));
    try (Compose compose = new Compose("millrace-test-up-" + kafkaPort, variables)) {
      Compose.Result up = compose.run("up", "--detach", "--wait", "broker", "millrace");
      assertThat(up.exitCode()).as(up.output()).isZero();
      assertThat(Http.get("localhost", httpPort, "/v2/health/ready").statusCode()).isEqualTo(200);
      requireGuarded(compose, httpPort);

      Broker broker = new Broker("localhost:" + kafkaPort);
      Map<String, byte[]> images = Samples.images("compose", 20);
      broker.send(images);
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> broker.predictions().size() >= images.size());
      assertThat(broker.predictions())
          .extracting(ConsumerRecord::key)
          .containsExactlyInAnyOrderElementsOf(images.keySet());
    }
  }

  /**
   * Requires that the live page needs its token, and that a second start of the Compose project
   * keeps the token.
   */
  private static void requireGuarded(Compose compose, int httpPort) throws Exception {
    String token = token(compose);
    try (PageReader stranger = PageReader.open(httpPort, token.replace(token.charAt(0), 'x'))) {
      assertThat(stranger.get("").statusCode()).isEqualTo(200); // the form for the token
      assertThat(stranger.get("thumbnails/0").statusCode()).isEqualTo(401);
    }
    Compose.Result rights =
        compose.run("exec", "--no-TTY", "millrace", "stat", "--format=%a", "/tokens/page");
    assertThat(rights.output()).isEqualTo("600\n");
    assertThat(compose.run("logs").output()).doesNotContain(token);
    Compose.Result again = compose.run("run", "--rm", "--no-deps", "token");
    assertThat(again.exitCode()).as(again.output()).isZero();
    assertThat(token(compose)).isEqualTo(token);
  }

  /**
   * Returns a free port, so that the test does not collide with a broker that already runs on this
   * machine.
   */
  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
