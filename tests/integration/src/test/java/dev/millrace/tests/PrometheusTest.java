package dev.millrace.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.http.HttpEndpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that Debian's Prometheus can read {@code /metrics}. Skipped if Prometheus is not installed.
 */
@Tag("broker")
@Timeout(180)
@ExtendWith(SharedBroker.class)
class PrometheusTest {

  private static final Path PROMTOOL = Path.of("/usr/bin/promtool");
  private static final Path PROMETHEUS = Path.of("/usr/bin/prometheus");

  /**
   * Metrics that are named like Triton's metrics. These names do not follow Prometheus's naming
   * rules.
   */
  private static final String TRITONS = "millrace_inference_\\w+_us(_max)?|\\w+_request_count";

  /** Metrics that Micrometer names, and that do not follow Prometheus's naming rules either. */
  private static final String MICROMETERS = "process_cpu_time_ns_total|system_cpu_count";

  private static final int IMAGES = 20;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir Path folder;

  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void metrics_areAsPromtoolWantsThem_andAQueryReturnsThem(EmbeddedBroker broker) throws Exception {
    assumeTrue(
        Files.isExecutable(PROMTOOL) && Files.isExecutable(PROMETHEUS),
        "skipped: there is no Prometheus; install Debian's prometheus");
    ModelVersion model = Models.publishRandom(folder.resolve("models"), "scraped");
    try (Pipeline pipeline = Pipeline.start(broker, model, 1, Map.of());
        HttpEndpoint endpoint =
            HttpEndpoint.listen(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                pipeline.service(),
                pipeline.registry)) {
      byte[] image = Images.noise("png", 40, 40, 1);
      pipeline.send(
          IntStream.range(0, IMAGES).mapToObj(i -> pipeline.image("image-" + i, image)).toList());
      assertThat(pipeline.predictions(IMAGES)).hasSize(IMAGES);

      int port = endpoint.address().getPort();
      String metrics = get("http://127.0.0.1:" + port + "/metrics");
      String ours =
          metrics
              .lines()
              .filter(line -> !line.matches("(# (HELP|TYPE) )?kafka_.*"))
              .reduce("", (all, line) -> all + line + "\n");
      assertThat(complaints(ours))
          .allMatch(line -> line.matches("(" + TRITONS + "|" + MICROMETERS + ") .*"));

      assertQuery(port);
    }
  }

  /** Starts Prometheus, and queries the number of classified images. */
  private void assertQuery(int scraped) throws Exception {
    Path configuration = folder.resolve("prometheus.yml");
    Files.writeString(
        configuration,
        """
        scrape_configs:
          - job_name: millrace
            scrape_interval: 1s
            scrape_timeout: 1s
            static_configs:
              - targets: ["127.0.0.1:%d"]
        """
            .formatted(scraped));
    int port = freePort();
    Process prometheus =
        new ProcessBuilder(
                PROMETHEUS.toString(),
                "--config.file=" + configuration,
                "--storage.tsdb.path=" + folder.resolve("tsdb"),
                "--web.listen-address=127.0.0.1:" + port)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("prometheus.log").toFile())
            .start();
    try {
      String query = "sum(millrace_inference_request_success_total{model=\"scraped\"})";
      String url =
          "http://127.0.0.1:" + port + "/api/v1/query?query=" + URLEncoder.encode(query, UTF_8);
      await()
          .atMost(PATIENCE)
          .ignoreExceptions() // it does not listen yet
          .until(() -> get(url).contains("\"" + IMAGES + "\"]"));
    } finally {
      prometheus.destroy();
      assertThat(prometheus.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private String get(String url) throws Exception {
    return client
        .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private List<String> complaints(String metrics) throws Exception {
    Path file = Files.writeString(folder.resolve("metrics.txt"), metrics);
    Process promtool =
        new ProcessBuilder(PROMTOOL.toString(), "check", "metrics")
            .redirectInput(file.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(promtool.getInputStream().readAllBytes(), UTF_8);
    promtool.waitFor();
    return output.lines().toList();
  }
}
