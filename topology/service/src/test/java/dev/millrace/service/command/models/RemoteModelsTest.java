package dev.millrace.service.command.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.service.command.CapturedRun;
import dev.millrace.service.command.RandomModel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the commands with a repository on a web server. */
class RemoteModelsTest {

  @TempDir private Path folder;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private Path cache;

  @BeforeEach
  void serve() throws IOException {
    cache = folder.resolve("cache");
    RandomModel.publish(folder.resolve("models"), "tiny");
    RandomModel.publish(folder.resolve("models"), "tiny", 10, 2);
    Files.writeString(folder.resolve("models/index.json"), "{\"tiny\": [1, 2]}");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      requests.add(path);
      Path file = folder.resolve("models").resolve(path.substring("/m/".length()));
      if (Files.isRegularFile(file)) {
        byte[] content = Files.readAllBytes(file);
        exchange.sendResponseHeaders(200, content.length);
        exchange.getResponseBody().write(content);
      } else {
        exchange.sendResponseHeaders(404, -1);
      }
    }
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private String place() {
    return "http://localhost:" + server.getAddress().getPort() + "/m";
  }

  private CapturedRun run(String... args) {
    List<String> all = new ArrayList<>(Arrays.asList(args));
    all.addAll(List.of("--repository", place(), "--repository-cache", cache.toString()));
    return CapturedRun.of(all.toArray(String[]::new));
  }

  @Test
  void list_readsManifestsAlone() {
    assertThat(run("models", "list", "--json").succeeded().json().get("tiny"))
        .extracting(version -> version.get("classes").asInt())
        .containsExactly(10, 10);
    run("models", "show", "--model", "tiny", "--json").succeeded();
    assertThat(requests)
        .contains("/m/tiny/1/millrace.json", "/m/tiny/2/millrace.json")
        .noneMatch(path -> path.endsWith(".onnx"));
    assertThat(cache).doesNotExist();
  }

  @Test
  void version_isCopiedOnce_andUsedWithoutTheServer() {
    run("models", "verify", "--model", "tiny").succeeded();
    run("models", "verify", "--model", "tiny").succeeded();
    assertThat(requests).containsOnlyOnce("/m/tiny/2/model.onnx");
    assertThat(requests).doesNotContain("/m/tiny/1/model.onnx");
    server.stop(0);
    CapturedRun away = run("models", "verify", "--model", "tiny").succeeded();
    assertThat(away.out()).startsWith("tiny version 2 is sound: ");
    assertThat(run("models", "verify", "--model", "tiny", "--version", "1").failureLine())
        .contains("tiny version 1 is not in the cache", "it refuses connections", "try again");
  }

  @Test
  void publishing_isRefusedBeforeTheWork() {
    assertThat(
            run("models", "import", "no-such-file.onnx", "--model", "tiny", "--labels", "x")
                .failureLine())
        .endsWith(
            "the repository " + place() + " can only be read: publish to a folder or to s3://…");
    assertThat(run("train", "--data", "no-such-folder", "--model", "tiny").failureLine())
        .contains(" can only be read: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "gs://bucket/models | 'gs://bucket/models' names no model repository; name a folder",
        "file:///models | 'file:///models' names no model repository; name a folder",
        "s3:// | 's3:' is not a place to read from",
        "https://user@host/m | 'https://user@host/m' is not a place to read from",
      })
  void placeThatIsNone_isRefused(String place, String message) {
    assertThat(CapturedRun.of("models", "list", "--repository", place).usageLine())
        .contains(message);
  }

  @Test
  void endpointThatIsNone_isRefused() {
    assertThat(
            CapturedRun.of(
                    "models", "list", "--repository", "s3://m", "--s3-endpoint", "minio:9000")
                .usageLine())
        .contains("the S3 endpoint 'minio:9000' is not a URI such as https://");
  }
}
