package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.service.broker.EmbeddedBroker;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests which machines can reach the address of {@code serve --http}, and the metrics there. */
@Tag("broker")
@Timeout(300)
@ExtendWith(SharedBroker.class)
class HttpAddressTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int CONNECT_MS = 5_000;
  private static final String LAG = "kafka_consumer_fetch_manager_records_lag_max";

  @TempDir Path folder;

  @Test
  void http_isForThisMachineAlone_untilAHostIsGiven(EmbeddedBroker broker) throws Exception {
    Optional<InetAddress> outside = outsideAddress();
    assumeTrue(outside.isPresent(), "skipped: this machine has no address but loopback");
    Models.publishRandom(folder.resolve("models"), "random");

    try (MillraceProcess serve = serve(broker, "closed", "--http", 0, "--page", "off")) {
      int port = port(serve, "127.0.0.1");
      assertThat(status("127.0.0.1", port, "/page/", null)).isEqualTo(404);
      connect(InetAddress.getLoopbackAddress(), port);
      requireFewMetrics(metrics(port));
      assertThatExceptionOfType(ConnectException.class)
          .isThrownBy(() -> connect(outside.get(), port));
    }

    try (MillraceProcess serve =
        serve(broker, "open", "--http", 0, "--http-host", "0.0.0.0", "--metrics", "all")) {
      int port = port(serve, "0.0.0.0");
      assertThat(metrics(port)).contains("kafka_stream_").contains(LAG);
      connect(InetAddress.getLoopbackAddress(), port);
      connect(outside.get(), port);
    }
  }

  @Test
  void page_isForThisMachineAlone_untilThereIsAToken(EmbeddedBroker broker) throws Exception {
    Optional<InetAddress> outside = outsideAddress();
    assumeTrue(outside.isPresent(), "skipped: this machine has no address but loopback");
    String far = outside.get().getHostAddress();
    Models.publishRandom(folder.resolve("models"), "random");

    try (MillraceProcess serve =
        serve(broker, "page", "--http", 0, "--http-host", "0.0.0.0", "--http-allowed-host", far)) {
      int port =
          Integer.parseInt(
              serve.awaitLine("ready .*, page http://localhost:(\\d+)/page/, http .*", PATIENCE));
      for (String path : List.of("/page/", "/page/page.js", "/page/events")) {
        assertThat(status("127.0.0.1", port, path, null)).as(path).isEqualTo(200);
        assertThat(status(far, port, path, null)).as(path).isEqualTo(403);
      }
      assertThat(status("127.0.0.1", port, "/page/thumbnails/0", null)).isEqualTo(204);
      assertThat(status(far, port, "/page/thumbnails/0", null)).isEqualTo(403);
      assertThat(status(far, port, "/v2/health/live", null)).isEqualTo(200);
    }

    String token = "0123456789abcdef";
    Path tokens = Files.writeString(folder.resolve("tokens"), token);
    try (MillraceProcess serve =
        serve(
            broker,
            "token",
            "--http",
            0,
            "--http-host",
            "0.0.0.0",
            "--http-allowed-host",
            far,
            "--page-token-file",
            tokens)) {
      int port = port(serve, "0.0.0.0");
      for (String host : List.of("127.0.0.1", far)) {
        assertThat(status(host, port, "/page/", null)).isEqualTo(200);
        assertThat(status(host, port, "/page/events", null)).isEqualTo(401);
        assertThat(status(host, port, "/page/thumbnails/0", null)).isEqualTo(401);
        assertThat(status(host, port, "/page/events", token)).isEqualTo(200);
      }
    }
  }

  private static int status(String host, int port, String path, String token) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://" + host + ":" + port + path));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    HttpResponse<InputStream> answer =
        HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    answer.body().close(); // a stream of events does not end soon
    return answer.statusCode();
  }

  private static void requireFewMetrics(String metrics) {
    assertThat(metrics.lines().count()).isLessThanOrEqualTo(300);
    assertThat(metrics.lines().filter(line -> line.startsWith("kafka_")))
        .isNotEmpty()
        .allMatch(line -> line.startsWith(LAG));
    assertThat(metrics)
        .contains("millrace_inference_request_success_total{model=\"random\",version=\"1\"} 0.0")
        .contains("millrace_swap_count_total{model=\"random\",outcome=\"swapped\"} 0.0")
        .contains("jvm_memory_used_bytes");
  }

  private static String metrics(int port) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + port + "/metrics");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  /**
   * Starts a service. Each service has its own application id, because a killed service stays in
   * its consumer group until its session times out.
   */
  private MillraceProcess serve(EmbeddedBroker broker, String id, Object... http) throws Exception {
    Object[] command = {
      "serve",
      "--bootstrap-servers",
      broker.bootstrapServers(),
      "--repository",
      folder.resolve("models"),
      "--model",
      "random",
      "--application-id",
      "http-address-" + id,
      "--input",
      "http-address",
      "--output",
      "http-address.predictions",
      "--create-topics",
      1
    };
    return MillraceProcess.start(
        folder, "", Stream.concat(Stream.of(command), Stream.of(http)).toArray());
  }

  private static int port(MillraceProcess serve, String host) throws Exception {
    return Integer.parseInt(
        serve.awaitLine("ready .*, http " + host.replace(".", "\\.") + ":(\\d+)", PATIENCE));
  }

  private static void connect(InetAddress address, int port) throws Exception {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), CONNECT_MS);
      assertThat(socket.isConnected()).isTrue();
    }
  }

  /** Returns an address at which other machines can reach this machine. */
  private static Optional<InetAddress> outsideAddress() throws SocketException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
        .findFirst();
  }
}
