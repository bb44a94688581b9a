package dev.millrace.blobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.blobs.Refused.Reason;
import dev.millrace.testing.HostileServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebAddressTest {

  private static final Networks LOOPBACK = Networks.publicAnd(List.of("127.0.0.1"));
  private static final Refused NO_ADDRESS =
      new Refused(Reason.NOT_ALLOWED, "the name of its web server leads to no allowed address");

  private HostileServer server;
  private String uri;

  @BeforeEach
  void open() throws IOException {
    server = new HostileServer();
    server.data("/x", "image");
    uri = "http://a.example:" + server.port() + "/x";
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  private Fetcher fetcher(Networks networks, Lookup lookup) {
    return new Fetcher(Fetching.config(networks, Fetching.PATIENT, uri), lookup);
  }

  @Test
  void nameThatLeadsToAListedNetwork_isFetched() throws Exception {
    try (Fetcher fetcher = fetcher(LOOPBACK, Fetching.LOOPBACK)) {
      assertThat(Fetching.text(fetcher, uri)).isEqualTo("image");
      assertThat(server.requests().get(0)).contains("\nHost: a.example:" + server.port() + "\n");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "10.0.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "0.0.0.0",
        "::",
        "::1",
        "fd00::1",
        "fe80::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::1",
      })
  void nameThatLeadsToAnotherNetwork_isNeverConnectedTo(String address) throws Exception {
    try (Fetcher fetcher =
        fetcher(Networks.PUBLIC, host -> new InetAddress[] {InetAddress.getByName(address)})) {
      assertThat(Fetching.fetch(fetcher, uri)).isEqualTo(NO_ADDRESS);
      assertThat(server.connections()).isZero();
    }
  }

  @Test
  void openAndClosedPorts_getTheSameWords() throws Exception {
    try (Fetcher fetcher = fetcher(Networks.PUBLIC, Fetching.LOOPBACK)) {
      assertThat(Fetching.fetch(fetcher, uri)).isEqualTo(NO_ADDRESS);
      server.close();
      assertThat(Fetching.fetch(fetcher, uri)).isEqualTo(NO_ADDRESS);
    }
  }

  @Test
  void addressThatIsNotAllowed_isPassedOver() throws Exception {
    InetAddress[] both = {InetAddress.getByName("127.0.0.2"), InetAddress.getLoopbackAddress()};
    try (Fetcher fetcher = fetcher(LOOPBACK, host -> both)) {
      assertThat(Fetching.text(fetcher, uri)).isEqualTo("image");
    }
  }

  @Test
  void nameServiceThatChangesItsAnswer_gainsNothing() throws Exception {
    AtomicInteger lookups = new AtomicInteger();
    Networks second = Networks.publicAnd(List.of("127.0.0.2"));
    InetAddress[] first = {InetAddress.getByName("127.0.0.2")};
    InetAddress[] then = {InetAddress.getLoopbackAddress()};
    Lookup changing = host -> lookups.incrementAndGet() == 1 ? first : then;
    try (Fetcher fetcher = fetcher(second, changing)) {
      // Nothing listens on 127.0.0.2, so the fetch fails. It does not look up the name again.
      assertThatThrownBy(() -> Fetching.fetch(fetcher, uri)).isInstanceOf(StoreAwayException.class);
      assertThat(lookups).hasValue(1);
      assertThat(Fetching.fetch(fetcher, uri)).isEqualTo(NO_ADDRESS);
      assertThat(server.connections()).isZero();
    }
  }

  @Test
  void redirectToANameOfAnotherNetwork_isRefused() throws Exception {
    String inner = "http://inner.example:" + server.port();
    server.redirect("/1", 302, inner + "/x");
    try (Fetcher fetcher =
        new Fetcher(
            Fetching.config(Networks.PUBLIC, Fetching.PATIENT, server.uri("/"), inner),
            Fetching.LOOPBACK)) {
      assertThat(Fetching.fetch(fetcher, server.uri("/1"))).isEqualTo(NO_ADDRESS);
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void listedAddress_isNotListedForNames() throws Exception {
    try (Fetcher fetcher =
        new Fetcher(
            Fetching.config(Networks.PUBLIC, Fetching.PATIENT, server.uri("/"), uri),
            Fetching.LOOPBACK)) {
      assertThat(Fetching.text(fetcher, server.uri("/x"))).isEqualTo("image");
      assertThat(Fetching.fetch(fetcher, uri)).isEqualTo(NO_ADDRESS);
    }
  }

  @Test
  void nameThatIsUnknown_isAway() {
    Lookup none =
        host -> {
          throw new UnknownHostException(host);
        };
    try (Fetcher fetcher = fetcher(LOOPBACK, none)) {
      assertThatThrownBy(() -> Fetching.fetch(fetcher, uri))
          .isInstanceOf(StoreAwayException.class)
          .hasMessage(
              "http://a.example:" + server.port() + " is away: its name cannot be resolved");
    }
  }

  @Test
  void nameServiceThatDoesNotAnswer_isAway() {
    CountDownLatch never = new CountDownLatch(1);
    Lookup silent =
        host -> {
          try {
            never.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          throw new UnknownHostException(host);
        };
    FetchLimits impatient =
        new FetchLimits(
            1000, Duration.ofMinutes(10), Duration.ofMillis(50), Duration.ofMinutes(9), 4);
    try (Fetcher fetcher = new Fetcher(Fetching.config(LOOPBACK, impatient, uri), silent)) {
      assertThatThrownBy(() -> Fetching.fetch(fetcher, uri))
          .isInstanceOf(StoreAwayException.class)
          .hasMessageEndingWith("its name cannot be resolved");
    }
  }

  /** Another thread may close the fetcher just before a fetch looks a name up. */
  @Test
  void closedResolver_knowsNoName() {
    CheckedResolver resolver =
        new CheckedResolver(LOOPBACK, Fetching.LOOPBACK, Duration.ofMinutes(2));
    resolver.close();
    assertThatThrownBy(() -> resolver.resolve("a.example"))
        .isInstanceOf(UnknownHostException.class);
  }
}
