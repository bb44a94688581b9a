package dev.millrace.blobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.blobs.Refused.Reason;
import dev.millrace.testing.HostileServer;
import dev.millrace.testing.S3Server;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;

class S3FetchTest {

  private static S3Server server;

  @BeforeAll
  static void open() throws Exception {
    server = new S3Server("images");
    server.put("images", "cats/1 ä.png", "cat");
    server.put("images", "secret", "hush");
  }

  @AfterAll
  static void close() throws Exception {
    server.close();
  }

  private static Fetcher fetcher(S3Access access, FetchLimits limits, String... places) {
    return new Fetcher(
        new FetchConfig(AllowList.of(List.of(places)), Networks.PUBLIC, limits, access));
  }

  private static Fetcher fetcher(String... places) {
    return fetcher(Fetching.access(server), Fetching.PATIENT, places);
  }

  @Test
  void object_isFetchedWithItsTag() throws Exception {
    try (Fetcher fetcher = fetcher("s3://images/cats")) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      FetchResult result = fetcher.fetch("s3://images/cats/1%20%C3%A4.png", null, out);
      assertThat(result)
          .isEqualTo(
              new Fetched(
                  3,
                  "77af778b51abd4a3c51c5ddd97204a9c3ae614ebccb75a606c3b6865aed6744e",
                  "\"d077f244def8a70e5ea758bd8352fcd8\""));
      assertThat(out).hasToString("cat");
    }
  }

  @Test
  void objectOutsideTheList_isRefused() throws Exception {
    try (Fetcher fetcher = fetcher("s3://images/cats")) {
      assertThat(Fetching.refusal(fetcher, "s3://images/secret")).isEqualTo(Reason.NOT_ALLOWED);
      assertThat(Fetching.refusal(fetcher, "s3://images/cats/../secret")).isEqualTo(Reason.INVALID);
      assertThat(Fetching.refusal(fetcher, "s3://images-2/cats/x")).isEqualTo(Reason.NOT_ALLOWED);
    }
  }

  @Test
  void missingObject_isRefused() throws Exception {
    try (Fetcher fetcher = fetcher("s3://images")) {
      assertThat(Fetching.fetch(fetcher, "s3://images/none"))
          .isEqualTo(new Refused(Reason.NOT_FOUND, "the server has no such data (status 404)"));
    }
  }

  @Test
  void missingBucket_isAway() throws Exception {
    try (Fetcher fetcher = fetcher("s3://no-such-bucket")) {
      assertThatThrownBy(() -> Fetching.fetch(fetcher, "s3://no-such-bucket/x"))
          .isInstanceOf(StoreAwayException.class)
          .hasMessage("s3://no-such-bucket is away: it answers NoSuchBucket (status 404)");
    }
  }

  @Test
  void largeObject_isRefused() throws Exception {
    server.put("images", "large", "x".repeat(1001));
    try (Fetcher fetcher = fetcher("s3://images")) {
      assertThat(Fetching.refusal(fetcher, "s3://images/large")).isEqualTo(Reason.TOO_LARGE);
    }
  }

  @Test
  void version_isReadAndNoted() throws Exception {
    S3Client client = server.client();
    client.createBucket(request -> request.bucket("versions"));
    client.putBucketVersioning(
        request ->
            request
                .bucket("versions")
                .versioningConfiguration(
                    versioning -> versioning.status(BucketVersioningStatus.ENABLED)));
    server.put("versions", "x", "old");
    String old = client.headObject(request -> request.bucket("versions").key("x")).versionId();
    server.put("versions", "x", "new");
    try (Fetcher fetcher = fetcher("s3://versions")) {
      assertThat(Fetching.text(fetcher, "s3://versions/x")).isEqualTo("new");
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      FetchResult result = fetcher.fetch("s3://versions/x?versionId=" + old, null, out);
      assertThat(out).hasToString("old");
      assertThat(((Fetched) result).tag()).isEqualTo(old);
    }
  }

  @Test
  void wrongCredentials_areNotTheRecordsFault() {
    try (S3Source stranger = new S3Source(() -> server.client("stranger", "x"));
        S3Source liar = new S3Source(() -> server.client("test-key", "wrong"))) {
      ObjectRef ref = (ObjectRef) DataRef.parse("s3://images/secret");
      for (S3Source source : List.of(stranger, liar)) {
        assertThatThrownBy(() -> source.open(ref, new Watch(Duration.ofMinutes(10))))
            .isInstanceOf(StoreAwayException.class);
      }
    }
  }

  @Test
  void serverThatIsGone_isAway() throws Exception {
    S3Access access;
    try (S3Server gone = new S3Server("images")) {
      access = Fetching.access(gone);
    }
    try (Fetcher fetcher = fetcher(access, Fetching.PATIENT, "s3://images")) {
      assertThatThrownBy(() -> Fetching.fetch(fetcher, "s3://images/x"))
          .isInstanceOf(StoreAwayException.class)
          .hasMessage("s3://images is away: it refuses connections");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "403, AccessDenied, FORBIDDEN",
    "403, InvalidObjectState, FORBIDDEN",
    "404, NoSuchKey, NOT_FOUND",
    "404, NoSuchVersion, NOT_FOUND",
    "405, MethodNotAllowed, UNUSABLE",
    "400, InvalidArgument, UNUSABLE",
  })
  void errorOfTheRecord_isRefused(int status, String code, Reason reason) throws Exception {
    try (HostileServer hostile = failing(status, code);
        Fetcher fetcher = fetcher(at(hostile), Fetching.PATIENT, "s3://images")) {
      assertThat(Fetching.refusal(fetcher, "s3://images/x")).isEqualTo(reason);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "403, ExpiredToken",
    "403, RequestTimeTooSkewed",
    "403, InvalidAccessKeyId",
    "403, InvalidTokenId",
    "403, InvalidSecurity",
    "403, UserSuspended",
    "400, IncorrectEndpoint",
    "400, EndpointNotFound",
    "400, InvalidRegion",
    "400, InvalidBucketName",
    "400, AuthorizationParametersError",
    "400, AuthorizationHeaderMalformed",
    "400, ThrottlingException",
    "400, KMS.DisabledException",
    "301, PermanentRedirect",
    "307, TemporaryRedirect",
    "429, TooManyRequests",
    "500, InternalError",
    "503, SlowDown",
  })
  void errorOfTheServer_isAway(int status, String code) throws Exception {
    try (HostileServer hostile = failing(status, code);
        Fetcher fetcher = fetcher(at(hostile), Fetching.PATIENT, "s3://images")) {
      assertThatThrownBy(() -> Fetching.fetch(fetcher, "s3://images/x"))
          .isInstanceOf(StoreAwayException.class)
          .hasMessageEndingWith(" is away: it answers " + code + " (status " + status + ")");
    }
  }

  private static HostileServer failing(int status, String code) throws Exception {
    String body = "<Error><Code>" + code + "</Code><Message>hush</Message></Error>";
    String head =
        "HTTP/1.1 "
            + status
            + " x\r\nContent-Type: application/xml\r\nLocation: http://127.0.0.1:1/\r\n"
            + "Content-Length: "
            + body.length();
    return new HostileServer().on("/images/x", head, body);
  }

  private static S3Access at(HostileServer hostile) {
    return new S3Access(URI.create(hostile.uri("")), "us-east-1", true);
  }

  @Test
  void answerThatIsMalformed_isAway() throws Exception {
    try (HostileServer hostile = new HostileServer();
        Fetcher fetcher = fetcher(at(hostile), Fetching.PATIENT, "s3://images")) {
      hostile.on("/images/x", "HTTP/1.1 000 x\r\nContent-Length: 1", "x");
      assertThatThrownBy(() -> Fetching.fetch(fetcher, "s3://images/x"))
          .isInstanceOf(StoreAwayException.class)
          .hasMessage("s3://images is away: the transfer failed (IllegalArgumentException)");
    }
  }

  @Test
  void objectThatDrips_isRefusedAfterTheTimeLimit() throws Exception {
    try (HostileServer hostile = new HostileServer();
        Fetcher fetcher = fetcher(at(hostile), Fetching.limits(4000, 3900), "s3://images")) {
      hostile.on(
          "/images/x",
          out -> {
            out.write(
                "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            while (true) {
              out.write('x');
              out.flush();
              Thread.sleep(20);
            }
          });
      assertThat(Fetching.refusal(fetcher, "s3://images/x")).isEqualTo(Reason.TOO_SLOW);
      hostile.awaitBrokenOff();
    }
  }

  @Test
  void answerThatDrips_isAway() throws Exception {
    try (HostileServer hostile = new HostileServer();
        Fetcher fetcher = fetcher(at(hostile), Fetching.limits(2000, 1900), "s3://images")) {
      hostile.on(
          "/images/x",
          out -> {
            out.write("HTTP/1.1 200 OK\r\nX: ".getBytes(StandardCharsets.UTF_8));
            while (true) {
              out.write('x');
              out.flush();
              Thread.sleep(20);
            }
          });
      assertThatThrownBy(() -> Fetching.fetch(fetcher, "s3://images/x"))
          .isInstanceOf(StoreAwayException.class);
      hostile.awaitBrokenOff();
    }
  }

  @Test
  void endlessObject_isBrokenOff() throws Exception {
    try (HostileServer hostile = new HostileServer();
        Fetcher fetcher = fetcher(at(hostile), Fetching.PATIENT, "s3://images")) {
      hostile.on(
          "/images/x",
          out -> {
            out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            while (true) {
              out.write(new byte[100]);
            }
          });
      hostile.on("/images/y", "HTTP/1.1 200 OK\r\nContent-Length: 2147483648", "");
      assertThat(Fetching.refusal(fetcher, "s3://images/x")).isEqualTo(Reason.TOO_LARGE);
      assertThat(Fetching.refusal(fetcher, "s3://images/y")).isEqualTo(Reason.TOO_LARGE);
      hostile.awaitBrokenOff();
    }
  }

  @Test
  void close_breaksOffWhatIsRunning() throws Exception {
    try (HostileServer hostile = new HostileServer()) {
      Fetcher fetcher = fetcher(at(hostile), Fetching.PATIENT, "s3://images");
      hostile.on(
          "/images/x",
          out -> {
            out.write(
                "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\nx".getBytes(StandardCharsets.UTF_8));
            out.flush();
            fetcher.close();
            new CountDownLatch(1).await();
          });
      assertThatThrownBy(() -> Fetching.fetch(fetcher, "s3://images/x"))
          .isInstanceOf(StoreAwayException.class)
          .hasMessageEndingWith("the fetch was broken off by a shutdown");
    }
  }

  /**
   * After the fetcher is closed, the SDK retries the request, but its connections are closed by
   * then.
   */
  @Test
  void close_beforeTheAnswer_breaksOffWhatIsRunning() throws Exception {
    try (HostileServer hostile = new HostileServer()) {
      Fetcher fetcher = fetcher(at(hostile), Fetching.PATIENT, "s3://images");
      hostile.on("/images/x", out -> fetcher.close());
      assertThatThrownBy(() -> Fetching.fetch(fetcher, "s3://images/x"))
          .isInstanceOf(StoreAwayException.class)
          .hasMessageEndingWith("the fetch was broken off by a shutdown");
    }
  }

  /**
   * The SDK asks the store for a checksum behind the data, verifies it, and throws an unchecked
   * exception.
   */
  @Test
  void objectThatWasDamagedOnItsWay_isAway() throws Exception {
    try (HostileServer hostile = new HostileServer();
        Fetcher fetcher = fetcher(at(hostile), Fetching.PATIENT, "s3://images")) {
      hostile.on(
          "/images/x",
          "HTTP/1.1 200 OK\r\nContent-Length: 21\r\nx-amz-transfer-encoding: append-md5",
          "image" + "x".repeat(16));
      assertThatThrownBy(() -> Fetching.fetch(fetcher, "s3://images/x"))
          .isInstanceOf(StoreAwayException.class)
          .hasMessage("s3://images is away: the transfer failed (RetryableException)");
    }
  }

  @Test
  void interruptDuringTheTransfer_isAway_andStays() throws Exception {
    OutputStream interrupting =
        new OutputStream() {
          @Override
          public void write(int b) {
            Thread.currentThread().interrupt();
          }
        };
    boolean interrupted;
    try (Fetcher fetcher = fetcher("s3://images")) {
      assertThatThrownBy(() -> fetcher.fetch("s3://images/secret", null, interrupting))
          .isInstanceOf(StoreAwayException.class)
          .hasMessage("s3://images is away: the transfer failed (AbortedException)");
      interrupted = Thread.interrupted();
    }
    assertThat(interrupted).isTrue();
  }

  /** Another thread may close the fetcher just before a fetch opens its object. */
  @Test
  void closedSource_isNotOpened() {
    S3Source source = new S3Source(() -> server.client("test-key", "test-secret"));
    source.close();
    ObjectRef ref = (ObjectRef) DataRef.parse("s3://images/secret");
    assertThatThrownBy(() -> source.open(ref, new Watch(Duration.ofMinutes(10))))
        .isInstanceOf(IOException.class);
  }

  /** After an error in a request, the HTTP client closes its connections for good. */
  @Test
  void brokenClient_isReplaced() throws Exception {
    SdkHttpClient http = Apache5HttpClient.create();
    http.close();
    AtomicInteger opened = new AtomicInteger();
    ObjectRef ref = (ObjectRef) DataRef.parse("s3://images/secret");
    try (S3Source source =
        new S3Source(
            () ->
                opened.incrementAndGet() == 1
                    ? server.client(http)
                    : server.client("test-key", "test-secret"))) {
      assertThatThrownBy(() -> source.open(ref, new Watch(Duration.ofMinutes(10))))
          .isInstanceOf(IOException.class);

      try (Body body = source.open(ref, new Watch(Duration.ofMinutes(10)))) {
        assertThat(body.in()).hasContent("hush");
      }
      assertThat(opened).hasValue(2);
    }
  }

  /** An exception of the SDK need not have a message. */
  @Test
  void errorWithoutAMessage_isAway() throws Exception {
    assertThat(S3Trouble.of(SdkClientException.builder().build(), "s3://images"))
        .hasMessage("s3://images is away: the request failed (SdkClientException)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://a.example", "a.example:80", "http:///x"})
  void endpoint_thatIsNone_isRefusedByName(String endpoint) {
    assertThatThrownBy(() -> new S3Access(URI.create(endpoint), null, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + endpoint + "'");
  }
}
