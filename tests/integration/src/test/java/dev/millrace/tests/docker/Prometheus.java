package dev.millrace.tests.docker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.testing.ContainerEngine;
import dev.millrace.tests.MillraceProcess;
import java.io.File;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.StreamSupport;
import org.opentest4j.TestAbortedException;

/**
 * A real Prometheus on this machine, with the configuration of the folder {@code docker}. It reads
 * the metrics of one service every second. Tests without Prometheus on the {@code PATH} are
 * skipped.
 */
final class Prometheus implements AutoCloseable {

  private static final Path SETTINGS = ContainerEngine.ROOT.resolve("docker/prometheus");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final MillraceProcess process;
  private final int port;

  private Prometheus(MillraceProcess process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Returns the path of a program of Prometheus, or skips the test. */
  static Path program(String name) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(
            () ->
                new TestAbortedException(
                    "skipped: there is no " + name + "; install Debian's package prometheus"));
  }

  /**
   * Starts Prometheus.
   *
   * @param folder folder for its files
   * @param target port of the service's HTTP endpoint on this machine
   */
  static Prometheus start(Path folder, int target) throws IOException {
    String settings = Files.readString(SETTINGS.resolve("prometheus.yml"));
    int names = settings.indexOf("    dns_sd_configs:");
    Files.writeString(
        folder.resolve("prometheus.yml"),
        settings.substring(0, names).replace("_interval: 5s", "_interval: 1s")
            + "    static_configs: [{targets: ['127.0.0.1:"
            + target
            + "']}]\n");
    Files.copy(SETTINGS.resolve("alerts.yml"), folder.resolve("alerts.yml"));
    int port = freePort();
    ProcessBuilder command =
        new ProcessBuilder(
            program("prometheus").toString(),
            "--config.file=" + folder.resolve("prometheus.yml"),
            "--storage.tsdb.path=" + folder.resolve("data"),
            "--web.listen-address=127.0.0.1:" + port);
    return new Prometheus(MillraceProcess.start(folder, "prometheus", command), port);
  }

  /**
   * Returns whether a query has at least one value that is a number. Returns false while Prometheus
   * starts.
   */
  boolean hasData(String query) throws Exception {
    HttpResponse<String> answer =
        Http.get(
            "127.0.0.1",
            port,
            "/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8));
    if (answer.statusCode() == HttpURLConnection.HTTP_UNAVAILABLE) {
      return false;
    }
    JsonNode result = JSON.readTree(answer.body());
    if (!result.path("status").asText().equals("success")) {
      throw new AssertionError(query + ": " + answer.body());
    }
    return StreamSupport.stream(result.at("/data/result").spliterator(), false)
        .anyMatch(series -> !series.at("/value/1").asText("NaN").equals("NaN"));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() throws InterruptedException {
    process.close();
  }
}
