package dev.millrace.blobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.testing.HostileServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SlowStoreTest {

  private static final CountDownLatch NEVER = new CountDownLatch(1);

  private HostileServer server;

  @BeforeEach
  void open() throws IOException {
    server = new HostileServer();
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  /** Writes a byte every 20 ms, until the client closes the connection. */
  private static void drip(OutputStream out) throws IOException, InterruptedException {
    while (true) {
      write(out, "x");
      Thread.sleep(20);
    }
  }

  @Test
  void dataThatDrips_isRefusedAfterTheTimeLimit() throws Exception {
    server.on(
        "/x",
        out -> {
          write(out, "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n");
          drip(out);
        });
    try (Fetcher fetcher = Fetching.from(Fetching.limits(4000, 3900), server.uri("/"))) {
      assertThat(Fetching.fetch(fetcher, server.uri("/x")))
          .isEqualTo(new Refused(Refused.Reason.TOO_SLOW, "the data did not come within 4000 ms"));
      server.awaitBrokenOff();
    }
  }

  /**
   * The store is at fault, not the record, because a store that answers late may send the data in
   * time later.
   */
  @Test
  void dataAfterALateAnswer_isAway() throws Exception {
    server.on(
        "/x",
        out -> {
          Thread.sleep(2200);
          write(out, "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n");
          drip(out);
        });
    try (Fetcher fetcher = Fetching.from(Fetching.limits(4000, 3900), server.uri("/"))) {
      assertThatThrownBy(() -> Fetching.fetch(fetcher, server.uri("/x")))
          .isInstanceOf(StoreAwayException.class)
          .hasMessageEndingWith(" is away: it did not send the data within 4000 ms");
      server.awaitBrokenOff();
    }
  }

  /**
   * The network may break during a transfer. The record is not at fault then. The server's pause
   * lets the time limit pass before the silence is as long as its own limit.
   */
  @Test
  void dataThatStops_isAway_alsoIfTheTimeLimitPassesFirst() throws Exception {
    server.on(
        "/x",
        out -> {
          write(out, "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\nx");
          Thread.sleep(300);
          write(out, "x");
          NEVER.await();
        });
    try (Fetcher fetcher = Fetching.from(Fetching.limits(4000, 3900), server.uri("/"))) {
      assertThatThrownBy(() -> Fetching.fetch(fetcher, server.uri("/x")))
          .isInstanceOf(StoreAwayException.class)
          .hasMessageEndingWith(" is away: it was silent for too long");
    }
  }

  @Test
  void answerThatDrips_isAway() throws Exception {
    server.on(
        "/x",
        out -> {
          write(out, "HTTP/1.1 200 OK\r\nX: ");
          drip(out);
        });
    try (Fetcher fetcher = Fetching.from(Fetching.limits(2000, 1900), server.uri("/"))) {
      assertThatThrownBy(() -> Fetching.fetch(fetcher, server.uri("/x")))
          .isInstanceOf(StoreAwayException.class)
          .hasMessageEndingWith(" is away: it did not answer within 2000 ms");
      server.awaitBrokenOff();
    }
  }

  @Test
  void serverThatFallsSilent_isAway() throws Exception {
    server.on("/x", out -> NEVER.await());
    server.on(
        "/y",
        out -> {
          write(out, "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\nx");
          NEVER.await();
        });
    try (Fetcher fetcher = Fetching.from(Fetching.limits(600_000, 100), server.uri("/"))) {
      assertThatThrownBy(() -> Fetching.fetch(fetcher, server.uri("/x")))
          .isInstanceOf(StoreAwayException.class)
          .hasMessageEndingWith(" is away: it was silent for too long");
      assertThatThrownBy(() -> Fetching.fetch(fetcher, server.uri("/y")))
          .isInstanceOf(StoreAwayException.class)
          .hasMessageEndingWith(" is away: it was silent for too long");
    }
  }

  @Test
  void redirects_shareOneTimeLimit() throws Exception {
    server.on("/1", out -> redirectSlowly(out, "/2"));
    server.on("/2", out -> redirectSlowly(out, "/3"));
    server.on("/3", out -> redirectSlowly(out, "/4"));
    server.data("/4", "image");
    try (Fetcher fetcher = Fetching.from(Fetching.limits(1500, 1400), server.uri("/"))) {
      assertThatThrownBy(() -> Fetching.fetch(fetcher, server.uri("/1")))
          .isInstanceOf(StoreAwayException.class)
          .hasMessageEndingWith(" is away: it did not answer within 1500 ms");
    }
  }

  private static void redirectSlowly(OutputStream out, String target)
      throws IOException, InterruptedException {
    Thread.sleep(700);
    write(out, "HTTP/1.1 302 x\r\nContent-Length: 0\r\nLocation: " + target + "\r\n\r\n");
  }

  /**
   * The time limit ends while the client opens the connection, so that the client finds its
   * connection gone when it sends the request.
   */
  @Test
  void slowNameServer_isAway() throws Exception {
    server.data("/x", "image");
    String uri = "http://web.test:" + URI.create(server.uri("/x")).getPort() + "/x";
    Lookup slow =
        host ->
            new CompletableFuture<InetAddress[]>()
                .completeOnTimeout(Fetching.LOOPBACK.addresses(host), 1500, TimeUnit.MILLISECONDS)
                .join();
    FetchConfig config =
        Fetching.config(Networks.publicAnd(List.of("127.0.0.1")), Fetching.limits(500, 400), uri);
    try (Fetcher fetcher = new Fetcher(config, slow)) {
      assertThatThrownBy(() -> Fetching.fetch(fetcher, uri))
          .isInstanceOf(StoreAwayException.class)
          .hasMessageEndingWith(" is away: it did not answer within 500 ms");
    }
  }

  @Test
  void close_breaksOffWhatIsRunning() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    server.on(
        "/x",
        out -> {
          asked.countDown();
          NEVER.await();
        });
    Fetcher fetcher = Fetching.from(server.uri("/"));
    CompletableFuture<FetchResult> running =
        start(fetcher, server.uri("/x"), new ByteArrayOutputStream());
    asked.await();
    fetcher.close();
    assertThatThrownBy(running::join)
        .hasCauseInstanceOf(StoreAwayException.class)
        .hasMessageEndingWith("the fetch was broken off by a shutdown");
    assertThatThrownBy(() -> Fetching.fetch(fetcher, server.uri("/x")))
        .isInstanceOf(StoreAwayException.class)
        .hasMessageEndingWith("the fetch was broken off by a shutdown");
  }

  @Test
  void close_beforeTheAnswer_breaksOffWhatIsRunning() throws Exception {
    Fetcher fetcher = Fetching.from(server.uri("/"));
    server.on("/x", out -> fetcher.close());
    assertThatThrownBy(() -> Fetching.fetch(fetcher, server.uri("/x")))
        .isInstanceOf(StoreAwayException.class)
        .hasMessageEndingWith("the fetch was broken off by a shutdown");
  }

  /**
   * Fetches a local file, because fetches from a server are also limited by the number of
   * connections.
   */
  @Test
  void fetchesAtTheSameTime_areAtMostTheLimit(@TempDir Path folder) throws Exception {
    String uri = Files.writeString(folder.resolve("x"), "image").toUri().toString();
    AtomicInteger atOnce = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch four = new CountDownLatch(4);
    OutputStream counting =
        new OutputStream() {
          @Override
          public void write(int b) {
            throw new AssertionError("the fetcher writes arrays");
          }

          @Override
          public void write(byte[] bytes, int offset, int length) throws IOException {
            most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
            four.countDown();
            try {
              four.await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
            atOnce.decrementAndGet();
          }
        };
    try (Fetcher fetcher = Fetching.from(folder.toUri().toString())) {
      CompletableFuture<?>[] all = new CompletableFuture<?>[20];
      for (int i = 0; i < all.length; i++) {
        all[i] = start(fetcher, uri, counting);
      }
      CompletableFuture.allOf(all).join();
      assertThat(most).hasValue(4);
    }
  }

  private CompletableFuture<FetchResult> start(Fetcher fetcher, String uri, OutputStream out) {
    CompletableFuture<FetchResult> result = new CompletableFuture<>();
    DaemonThreads.named("fetch")
        .newThread(
            () -> {
              try {
                result.complete(fetcher.fetch(uri, null, out));
              } catch (Exception e) {
                result.completeExceptionally(new CompletionException(e));
              }
            })
        .start();
    return result;
  }
}
