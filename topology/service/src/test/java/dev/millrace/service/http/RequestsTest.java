package dev.millrace.service.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestsTest {

  private static final String LONG = "millrace_x 1.0\n".repeat(1_000);

  private final HttpClient client = HttpClient.newHttpClient();
  private HttpServer server;

  @BeforeEach
  void listen() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", new Requests(RequestsTest::page));
    server.start();
  }

  @AfterEach
  void close() {
    server.stop(0);
  }

  private static Optional<HttpAnswer> page(List<String> path) {
    return switch (String.join("/", path)) {
      case "long" -> Optional.of(HttpAnswer.text("text/plain", LONG));
      case "short/page" -> Optional.of(HttpAnswer.text("text/plain", "short"));
      case "" -> Optional.of(HttpAnswer.text("text/plain", "home"));
      default -> Optional.empty();
    };
  }

  private HttpResponse<byte[]> send(String method, String path, String... headers)
      throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/short/page", "/short/page/", "/short/page?x=1"})
  void path_isReadInSegments(String path) throws Exception {
    assertThat(send("GET", path).body()).isEqualTo("short".getBytes(UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/short", "/short/page/more", "/short//page", "/shortpage", "/x"})
  void whatIsNotThere_isAnErrorInJson(String path) throws Exception {
    HttpResponse<byte[]> answer = send("GET", path);
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body())
        .isEqualTo("{\"error\":\"there is nothing here; try /metrics or /v2\"}".getBytes(UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS"})
  void otherMethods_areRefused(String method) throws Exception {
    HttpResponse<byte[]> answer = send(method, "/short/page");
    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("Allow")).contains("GET, HEAD");
    assertThat(new String(answer.body(), UTF_8)).startsWith("{\"error\":");
  }

  @Test
  void head_isGetWithoutTheBody() throws Exception {
    HttpResponse<byte[]> answer = send("HEAD", "/short/page");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Length")).contains("5");
    assertThat(answer.headers().firstValue("Content-Type")).contains("text/plain");
    assertThat(answer.body()).isEmpty();
    assertThat(send("GET", "/").body()).isEqualTo("home".getBytes(UTF_8));
    assertThat(send("HEAD", "/x").statusCode()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate, GZIP", "gzip;q=0.5", "br;q=1.0, gzip; q=0.8, *;q=0.1"})
  void longAnswer_isCompressed_forClientsThatAcceptIt(String accepted) throws Exception {
    HttpResponse<byte[]> answer = send("GET", "/long", "Accept-Encoding", accepted);
    assertThat(answer.headers().firstValue("Content-Encoding")).contains("gzip");
    assertThat(answer.headers().firstValue("Vary")).contains("Accept-Encoding");
    assertThat(answer.body()).hasSizeLessThan(1_000);
    try (GZIPInputStream body = new GZIPInputStream(new ByteArrayInputStream(answer.body()))) {
      assertThat(body.readAllBytes()).isEqualTo(LONG.getBytes(UTF_8));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"identity", "gzip;q=0", "gzip;q=0.00", "br", "x-gzipped"})
  void longAnswer_isPlain_forOtherClients(String accepted) throws Exception {
    HttpResponse<byte[]> answer = send("GET", "/long", "Accept-Encoding", accepted);
    assertThat(answer.headers().firstValue("Content-Encoding")).isEmpty();
    assertThat(answer.body()).isEqualTo(LONG.getBytes(UTF_8));
  }

  @Test
  void shortAnswer_isPlain() throws Exception {
    HttpResponse<byte[]> answer = send("GET", "/short/page", "Accept-Encoding", "gzip");
    assertThat(answer.headers().firstValue("Content-Encoding")).isEmpty();
    assertThat(answer.body()).isEqualTo("short".getBytes(UTF_8));
  }
}
