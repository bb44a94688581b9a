package dev.millrace.tests.docker;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(50)
class PageReaderTest {

  private HttpServer server;

  @BeforeEach
  void startServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
  }

  @AfterEach
  void stopServer() {
    server.stop(0);
  }

  private void answer(int status, String body) {
    server.createContext(
        "/page/events",
        exchange -> {
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
  }

  @Test
  void pageThatRefuses_isNamedWithItsReason_andNotWaitedFor() throws Exception {
    answer(401, "{\"error\":\"no such token\"}");

    try (PageReader reader = PageReader.open(server.getAddress().getPort(), "token")) {
      assertThatExceptionOfType(AssertionError.class)
          .isThrownBy(() -> reader.await("cat"))
          .withMessageContainingAll(
              "cat", "HTTP status 401", "/page/events", "{\"error\":\"no such token\"}");
    }
  }

  @Test
  void event_isFound() throws Exception {
    answer(200, "event: predictions\ndata: {\"label\":\"cat\"}\n\n");

    try (PageReader reader = PageReader.open(server.getAddress().getPort(), "token")) {
      assertThatCode(() -> reader.await("cat")).doesNotThrowAnyException();
    }
  }
}
