package dev.millrace.blobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.blobs.Refused.Reason;
import dev.millrace.testing.HostileServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.core5.io.CloseMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebFetchTest {

  private HostileServer server;

  @BeforeEach
  void open() throws IOException {
    server = new HostileServer();
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  @Test
  void page_isFetchedWithItsTag() throws Exception {
    server.on("/a%20b/x?y=%2F", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: \"v1\"", "image");
    try (Fetcher fetcher = Fetching.from(server.uri("/a%20b"))) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      FetchResult result = fetcher.fetch(server.uri("/a%20b/x?y=%2F"), null, out);
      assertThat(result)
          .isEqualTo(
              new Fetched(
                  5, "6105d6cc76af400325e94d588ce511be5bfdbb73b437dc51eca43917d7a43e3d", "\"v1\""));
      assertThat(out).hasToString("image");
      assertThat(server.requests().get(0)).startsWith("GET /a%20b/x?y=%2F HTTP/1.1\n");
    }
  }

  @Test
  void checksum_isVerified() throws Exception {
    server.data("/x", "image");
    String right = "6105D6CC76af400325e94d588ce511be5bfdbb73b437dc51eca43917d7a43e3d";
    try (Fetcher fetcher = Fetching.from(server.uri("/"))) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      assertThat(fetcher.fetch(server.uri("/x"), right, out)).isInstanceOf(Fetched.class);
      assertThat(fetcher.fetch(server.uri("/x"), "0".repeat(64), out))
          .isEqualTo(new Refused(Reason.WRONG_CHECKSUM, "the data has another sha256 than given"));
      assertThat(fetcher.fetch(server.uri("/x"), "abc", out))
          .isEqualTo(new Refused(Reason.INVALID, "its sha256 is not 64 hexadecimal digits"));
    }
  }

  @Test
  void connection_isKept() throws Exception {
    server.data("/x", "one").data("/y", "two");
    try (Fetcher fetcher = Fetching.from(server.uri("/"))) {
      assertThat(Fetching.text(fetcher, server.uri("/x"))).isEqualTo("one");
      assertThat(Fetching.text(fetcher, server.uri("/y"))).isEqualTo("two");
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @Test
  void placeThatIsNotListed_isNeverAsked() throws Exception {
    try (Fetcher fetcher = Fetching.from(server.uri("/x"), "https://a.example")) {
      assertThat(Fetching.refusal(fetcher, server.uri("/y"))).isEqualTo(Reason.NOT_ALLOWED);
      assertThat(Fetching.refusal(fetcher, server.uri("/x/../y"))).isEqualTo(Reason.INVALID);
      assertThat(Fetching.refusal(fetcher, server.uri("/x/%2e%2e/y"))).isEqualTo(Reason.INVALID);
      assertThat(Fetching.refusal(fetcher, "s3://bucket/x")).isEqualTo(Reason.NOT_ALLOWED);
      assertThat(Fetching.refusal(fetcher, "file:///x")).isEqualTo(Reason.NOT_ALLOWED);
      assertThat(server.connections()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void forbiddenPage_isRefused(int status) throws Exception {
    assertThat(refusalOf(status)).isEqualTo(Reason.FORBIDDEN);
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 410})
  void missingPage_isRefused(int status) throws Exception {
    assertThat(refusalOf(status)).isEqualTo(Reason.NOT_FOUND);
  }

  @ParameterizedTest
  @ValueSource(ints = {206, 300, 304, 400, 407, 416, 451})
  void answerWithoutTheData_isRefused(int status) throws Exception {
    assertThat(refusalOf(status)).isEqualTo(Reason.UNUSABLE);
  }

  private Reason refusalOf(int status) throws Exception {
    server.status("/x", status);
    try (Fetcher fetcher = Fetching.from(server.uri("/"))) {
      return Fetching.refusal(fetcher, server.uri("/x"));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504})
  void serverInTrouble_isAway(int status) throws Exception {
    server.status("/x", status);
    try (Fetcher fetcher = Fetching.from(server.uri("/"))) {
      assertThatThrownBy(() -> Fetching.fetch(fetcher, server.uri("/x")))
          .isInstanceOf(StoreAwayException.class)
          .hasMessage(
              "http://127.0.0.1:" + server.port() + " is away: it answers with status " + status);
    }
  }

  @Test
  void serverThatRefusesConnections_isAway() throws Exception {
    server.close();
    try (Fetcher fetcher = Fetching.from(server.uri("/"))) {
      assertThatThrownBy(() -> Fetching.fetch(fetcher, server.uri("/x")))
          .isInstanceOf(StoreAwayException.class)
          .hasMessageEndingWith(" is away: it refuses connections");
    }
  }

  /** The HTTP client throws an unchecked exception if the status is 0. */
  @Test
  void answerThatIsMalformed_isAway() throws Exception {
    server.on("/x", "HTTP/1.1 000 x\r\nContent-Length: 1", "x");
    try (Fetcher fetcher = Fetching.from(server.uri("/"))) {
      assertThatThrownBy(() -> Fetching.fetch(fetcher, server.uri("/x")))
          .isInstanceOf(StoreAwayException.class)
          .hasMessageEndingWith(" is away: the transfer failed (IllegalArgumentException)");
    }
  }

  @Test
  void serverThatHangsUp_isAway() throws Exception {
    server.on("/x", out -> out.close());
    server.on("/y", out -> endAfter(out, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nimage"));
    server.on("/z", out -> endAfter(out, "nonsense\r\n\r\n"));
    try (Fetcher fetcher = Fetching.from(server.uri("/"))) {
      assertThatThrownBy(() -> Fetching.fetch(fetcher, server.uri("/x")))
          .isInstanceOf(StoreAwayException.class)
          .hasMessageEndingWith("it broke off the connection");
      assertThatThrownBy(() -> Fetching.fetch(fetcher, server.uri("/y")))
          .isInstanceOf(StoreAwayException.class)
          .hasMessageEndingWith("it broke off the connection");
      assertThatThrownBy(() -> Fetching.fetch(fetcher, server.uri("/z")))
          .isInstanceOf(StoreAwayException.class);
    }
  }

  private static void endAfter(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.close();
  }

  @Test
  void keptConnectionThatTheServerClosed_isReplaced() throws Exception {
    server.data("/x", "image");
    server.on("/last", out -> endAfter(out, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n."));
    try (Fetcher fetcher = Fetching.from(server.uri("/"))) {
      for (int i = 0; i < 20; i++) {
        assertThat(Fetching.text(fetcher, server.uri("/last"))).isEqualTo(".");
        assertThat(Fetching.text(fetcher, server.uri("/x"))).isEqualTo("image");
      }
    }
  }

  @Test
  void threeRedirects_areFollowedAndCarryNothingOn() throws Exception {
    try (HostileServer other = new HostileServer()) {
      server
          .on(
              "/1?sig=hush",
              "HTTP/1.1 302 x\r\nContent-Length: 0\r\nSet-Cookie: a=hush\r\nLocation: /2",
              "")
          .redirect("/2", 307, other.uri("/3"));
      other.redirect("/3", 301, "4/../4/x").data("/4/x", "image");
      try (Fetcher fetcher = Fetching.from(server.uri("/"), other.uri("/"))) {
        assertThat(Fetching.text(fetcher, server.uri("/1?sig=hush"))).isEqualTo("image");
      }
      assertThat(server.requests().get(1)).doesNotContain("hush");
      assertThat(other.requests())
          .hasSize(2)
          .allSatisfy(
              head ->
                  assertThat(head)
                      .doesNotContain("hush")
                      .doesNotContainIgnoringCase("cookie")
                      .doesNotContainIgnoringCase("referer")
                      .doesNotContainIgnoringCase("authorization"));
    }
  }

  /** The message may become part of a dead letter, whose reader must not learn about the target. */
  @Test
  void redirectToAServerInTrouble_namesOnlyTheFirstServer() throws Exception {
    try (HostileServer internal = new HostileServer()) {
      server.redirect("/x", 302, internal.uri("/y"));
      internal.status("/y", 503);
      try (Fetcher fetcher = Fetching.from(server.uri("/"), internal.uri("/"))) {
        assertThatThrownBy(() -> Fetching.fetch(fetcher, server.uri("/x")))
            .isInstanceOf(StoreAwayException.class)
            .hasMessage(
                "http://127.0.0.1:" + server.port() + " is away: it answers with status 503");
      }
    }
  }

  /** After an error in a request, the HTTP client closes its connections for good. */
  @Test
  void brokenClient_isReplaced() throws Exception {
    server.data("/x", "image");
    FetchConfig config = Fetching.config(Networks.PUBLIC, Fetching.PATIENT, server.uri("/"));
    AtomicInteger opened = new AtomicInteger();
    WebRef ref = (WebRef) DataRef.parse(server.uri("/x"));
    try (WebSource source =
        new WebSource(
            config,
            new CheckedResolver(Networks.PUBLIC, Fetching.LOOPBACK, Duration.ofMinutes(1)),
            resolver -> {
              CloseableHttpClient client = WebClients.open(Fetching.PATIENT, resolver);
              if (opened.incrementAndGet() == 1) {
                client.close(CloseMode.IMMEDIATE);
              }
              return client;
            })) {
      assertThatThrownBy(() -> source.open(ref, new Watch(Duration.ofMinutes(10))))
          .isInstanceOf(IOException.class)
          .hasRootCauseMessage("Connection pool shut down");

      try (Body body = source.open(ref, new Watch(Duration.ofMinutes(10)))) {
        assertThat(body.in()).hasContent("image");
      }
      assertThat(opened).hasValue(2);
    }
  }

  @Test
  void fourthRedirect_isRefused() throws Exception {
    server.redirect("/1", 302, "/2").redirect("/2", 303, "/3").redirect("/3", 308, "/4");
    server.redirect("/4", 302, "/5").data("/5", "image");
    try (Fetcher fetcher = Fetching.from(server.uri("/"))) {
      assertThat(Fetching.fetch(fetcher, server.uri("/1")))
          .isEqualTo(new Refused(Reason.UNUSABLE, "the web server redirects more than 3 times"));
      assertThat(server.requests()).hasSize(4);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:1/x",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/x",
        "//evil.example/x",
        "https://a.example/x",
        "/elsewhere",
        "/x/%2e%2e/elsewhere",
        "/x/..%2felsewhere",
        "//x",
        "file:///etc/passwd",
        "s3://bucket/x",
        "http://user@127.0.0.1/x",
        "http://127.0.0.1:port@evil.example/",
        "",
        "http://",
        ":",
        "\u0001",
      })
  void redirectToAnotherPlace_isRefusedInTheSameWords(String location) throws Exception {
    server.redirect("/x/1", 302, location).data("/elsewhere", "hush");
    try (Fetcher fetcher = Fetching.from(server.uri("/x/1"), "s3://bucket-2", "file:///nowhere")) {
      assertThat(Fetching.fetch(fetcher, server.uri("/x/1")))
          .isEqualTo(
              new Refused(Reason.NOT_ALLOWED, "the web server redirects to no allowed place"));
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void redirectWithoutATarget_isRefused() throws Exception {
    server.status("/x", 302);
    try (Fetcher fetcher = Fetching.from(server.uri("/"))) {
      assertThat(Fetching.refusal(fetcher, server.uri("/x"))).isEqualTo(Reason.NOT_ALLOWED);
    }
  }

  @Test
  void listedFolder_isNoTargetOfARedirect(@TempDir Path dir) throws Exception {
    Files.writeString(dir.resolve("x"), "hush");
    server.redirect("/1", 302, dir.resolve("x").toUri().toString());
    try (Fetcher fetcher = Fetching.from(server.uri("/"), dir.toUri().toString())) {
      assertThat(Fetching.refusal(fetcher, server.uri("/1"))).isEqualTo(Reason.NOT_ALLOWED);
    }
  }

  @Test
  void dataOfTwoGigabytes_isRefusedUnread() throws Exception {
    server.on("/x", "HTTP/1.1 200 OK\r\nContent-Length: 2147483648", "");
    try (Fetcher fetcher = Fetching.from(server.uri("/"))) {
      assertThat(Fetching.fetch(fetcher, server.uri("/x")))
          .isEqualTo(new Refused(Reason.TOO_LARGE, "the data has more than 1000 bytes"));
    }
  }

  @Test
  void endlessData_isBrokenOff() throws Exception {
    server.on(
        "/x",
        out -> {
          out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.UTF_8));
          while (true) {
            out.write(new byte[100]);
          }
        });
    server.on(
        "/y",
        out -> {
          out.write(
              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                  .getBytes(StandardCharsets.UTF_8));
          while (true) {
            out.write("1\r\nx\r\n".getBytes(StandardCharsets.UTF_8));
          }
        });
    try (Fetcher fetcher = Fetching.from(server.uri("/"))) {
      assertThat(Fetching.refusal(fetcher, server.uri("/x"))).isEqualTo(Reason.TOO_LARGE);
      assertThat(Fetching.refusal(fetcher, server.uri("/y"))).isEqualTo(Reason.TOO_LARGE);
      server.awaitBrokenOff();
    }
  }

  @Test
  void dataOfExactlyTheLimit_isFetched() throws Exception {
    server.data("/x", "x".repeat(1000)).data("/y", "x".repeat(1001));
    try (Fetcher fetcher = Fetching.from(server.uri("/"))) {
      assertThat(Fetching.text(fetcher, server.uri("/x"))).hasSize(1000);
      assertThat(Fetching.refusal(fetcher, server.uri("/y"))).isEqualTo(Reason.TOO_LARGE);
    }
  }

  @Test
  void endlessHead_isBrokenOff() throws Exception {
    server.on(
        "/x",
        out -> {
          out.write("HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.UTF_8));
          while (true) {
            out.write("X-Y: z\r\n".getBytes(StandardCharsets.UTF_8));
          }
        });
    server.on(
        "/y",
        out -> {
          out.write("HTTP/1.1 200 OK\r\nX: ".getBytes(StandardCharsets.UTF_8));
          while (true) {
            out.write('x');
          }
        });
    try (Fetcher fetcher = Fetching.from(server.uri("/"))) {
      assertThatThrownBy(() -> Fetching.fetch(fetcher, server.uri("/x")))
          .isInstanceOf(StoreAwayException.class);
      assertThatThrownBy(() -> Fetching.fetch(fetcher, server.uri("/y")))
          .isInstanceOf(StoreAwayException.class);
    }
  }

  @Test
  void compressedData_staysAsItIs() throws Exception {
    server.on("/x", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Encoding: gzip", "raw");
    try (Fetcher fetcher = Fetching.from(server.uri("/"))) {
      assertThat(Fetching.text(fetcher, server.uri("/x"))).isEqualTo("raw");
      assertThat(server.requests().get(0)).doesNotContainIgnoringCase("accept-encoding");
    }
  }

  @Test
  @ResourceLock(Resources.SYSTEM_PROPERTIES)
  void proxiesOfTheJvm_areNotUsed() throws Exception {
    server.data("/x", "image");
    try (HostileServer proxy = new HostileServer()) {
      System.setProperty("http.proxyHost", "127.0.0.1");
      System.setProperty("http.proxyPort", proxy.port() + "");
      System.setProperty("http.nonProxyHosts", "");
      System.setProperty("socksProxyHost", "127.0.0.1");
      System.setProperty("socksProxyPort", proxy.port() + "");
      System.setProperty("socksNonProxyHosts", "");
      try (Fetcher fetcher = Fetching.from("http://a.example:" + server.port());
          Fetcher literal = Fetching.from(server.uri("/"))) {
        assertThat(Fetching.text(literal, server.uri("/x"))).isEqualTo("image");
        assertThat(Fetching.refusal(fetcher, "http://a.example:" + server.port() + "/x"))
            .isEqualTo(Reason.NOT_ALLOWED);
      } finally {
        for (String property : new String[] {"http.proxy", "socksProxy"}) {
          System.clearProperty(property + "Host");
          System.clearProperty(property + "Port");
        }
        System.clearProperty("http.nonProxyHosts");
        System.clearProperty("socksNonProxyHosts");
      }
      assertThat(proxy.connections()).isZero();
    }
  }
}
