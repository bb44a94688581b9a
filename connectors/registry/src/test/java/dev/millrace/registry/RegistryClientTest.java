package dev.millrace.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.testing.SchemaRegistryStub;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests the client with registries that give wrong answers, and with servers that are not
 * registries.
 */
@Timeout(300) // an endless wait
class RegistryClientTest {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private SchemaRegistryStub registry;

  @BeforeEach
  void start() throws IOException {
    registry = new SchemaRegistryStub();
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private static RegistryClient client(String urls) {
    return new RegistryClient(
        RegistryConfig.of(Map.of("schema.registry.url", urls)), PATIENCE, Duration.ZERO);
  }

  /**
   * If the client took these answers for an unknown schema, every image would become a dead letter
   * while a proxy cannot reach the registry.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "200 | <html>sign in</html> | an answer that is not JSON",
        "200 | '' | an answer without a schema",
        "200 | {} | an answer without a schema",
        "200 | [] | an answer without a schema",
        "200 | null | an answer without a schema",
        "200 | {\"schema\":{\"type\":\"bytes\"}} | an answer without a schema",
        "302 | <html>maintenance</html> | status 302, and no schema registry answers there",
        "404 | <html>not found</html> | an answer that is not JSON",
        "404 | '' | status 404, and no schema registry answers there",
        "404 | {\"message\":\"no\"} | status 404, and no schema registry answers there",
        "404 | {\"error_code\":404,\"message\":\"HTTP 404 Not Found\"}"
            + " | status 404, and no schema registry answers there",
      })
  void answerThatIsNoRegistrys_isAFailure_andIsNotKept(int status, String text, String reason) {
    int id = registry.register("images-value", "AVRO", "\"bytes\"");
    RegistryClient client = client(registry.url());
    registry.answerAll(status, text);

    assertThatThrownBy(() -> client.schema(id))
        .isInstanceOf(RegistryException.class)
        .hasMessage(
            "the schema registry does not answer (["
                + registry.url()
                + "]: "
                + reason
                + "); start it, or correct its address");

    registry.answerAll(0, null);
    assertThat(client.schema(id)).isPresent();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"{}", "[]", "{\"id\":\"7\"}", "{\"id\":99999999999}", "{\"id\":null}"})
  void answerWithoutAnId_isAFailure(String text) {
    registry.answerAll(200, text);
    assertThatThrownBy(() -> client(registry.url()).id("p-value", "AVRO", "\"bytes\""))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("an answer without a schema's id");
  }

  @Test
  void unknownSchema_isUnknown() {
    assertThat(client(registry.url()).schema(99)).isEmpty();
  }

  @Test
  void addressOfAnotherServer_isPassedOver() throws IOException {
    try (SchemaRegistryStub other = new SchemaRegistryStub()) {
      int id = registry.register("images-value", "AVRO", "\"bytes\"");
      other.answerAll(404, "nothing here");

      assertThat(client(other.url() + "," + registry.url()).schema(id)).isPresent();
    }
  }

  /** A node of the registry may not know a schema yet that was registered on another node. */
  @Test
  void schemaThatOneNodeDoesNotKnow_isAskedForAtTheOthers() throws IOException {
    try (SchemaRegistryStub follower = new SchemaRegistryStub();
        SchemaRegistryStub away = new SchemaRegistryStub()) {
      int id = registry.register("images-value", "AVRO", "\"bytes\"");
      away.refuse(503);

      assertThat(client(follower.url() + "," + registry.url()).schema(id)).isPresent();
      assertThat(client(follower.url() + "," + away.url()).schema(id)).isEmpty();
    }
  }

  @Test
  void unknownSchema_isAskedForAgainForAWhile() {
    RegistryClient persistent =
        new RegistryClient(
            RegistryConfig.of(Map.of("schema.registry.url", registry.url())),
            PATIENCE,
            Duration.ofMinutes(1));
    CompletableFuture<Optional<RegisteredSchema>> schema =
        CompletableFuture.supplyAsync(() -> persistent.schema(1));
    await().until(() -> registry.requests().size() >= 2);

    registry.register("images-value", "AVRO", "\"bytes\"");

    assertThat(schema.join()).isPresent();
  }

  /** Otherwise, each of many records with an unknown schema would hold the stream thread. */
  @Test
  void unknownSchema_holdsOnlyTheFirstRecord() {
    RegistryClient persistent =
        new RegistryClient(
            RegistryConfig.of(Map.of("schema.registry.url", registry.url())),
            PATIENCE,
            Duration.ofMillis(1));
    assertThat(persistent.schema(1)).isEmpty();
    int requests = registry.requests().size();

    assertThat(persistent.schema(1)).isEmpty();

    assertThat(registry.requests()).hasSize(requests + 1);
  }

  @Test
  void addressThatAnswersWithAnError_isPassedOver() throws IOException {
    try (SchemaRegistryStub broken = new SchemaRegistryStub()) {
      int id = registry.register("images-value", "AVRO", "\"bytes\"");
      broken.refuse(503);

      assertThat(client(broken.url() + "," + registry.url()).schema(id)).isPresent();
    }
  }

  @ParameterizedTest
  @CsvSource({"401, true", "403, true", "408, false", "429, false", "500, false", "503, false"})
  void refusal_isToldFromAnAnswerThatMayChange(int status, boolean isRefusal) {
    registry.refuse(status);

    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(() -> client(registry.url()).schema(1))
        .withMessageContaining("status " + status)
        .returns(isRefusal, RegistryException::isRefusal);
  }

  @Test
  void schema_isAskedForOnce_andItsSubjectIsEscaped() {
    registry.register("my topic/a-value", "AVRO", "\"bytes\"");
    RegistryClient client = client(registry.url());
    RegisteredSchema.Reference reference =
        new RegisteredSchema.Reference("Blob", "my topic/a-value", 1);

    assertThat(client.schema(reference)).isPresent().isEqualTo(client.schema(reference));
    assertThat(registry.requests())
        .containsExactly("GET /subjects/my%20topic%2Fa-value/versions/1?deleted=true");
  }

  /**
   * The client sends no request for a negative id, because registries give different answers to
   * invalid ids.
   */
  @Test
  void negativeId_isUnknown_withoutAsking() {
    assertThat(client(registry.url()).schema(-1)).isEmpty();
    assertThat(registry.requests()).isEmpty();
  }

  /**
   * The client retries failed requests, so that a short restart of the registry does not fail a
   * task.
   */
  @Test
  void requestThatFails_isSentAgainForAWhile() {
    int id = registry.register("images-value", "AVRO", "\"bytes\"");
    RegistryClient persistent =
        new RegistryClient(
            RegistryConfig.of(Map.of("schema.registry.url", registry.url())),
            PATIENCE,
            Duration.ofMinutes(1));
    registry.refuse(503);
    CompletableFuture<Optional<RegisteredSchema>> schema =
        CompletableFuture.supplyAsync(() -> persistent.schema(id));
    await().until(() -> registry.requests().size() >= 2);

    registry.refuse(0);

    assertThat(schema.join()).isPresent();
  }

  @Test
  void requestThatFails_endsWithItsThread() throws Exception {
    RegistryClient persistent =
        new RegistryClient(
            RegistryConfig.of(Map.of("schema.registry.url", registry.url())),
            PATIENCE,
            Duration.ofDays(1));
    registry.refuse(503);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                persistent.schema(1);
              } catch (RegistryException e) {
                failure.set(e);
              }
            });
    thread.start();
    await().until(() -> !registry.requests().isEmpty());

    thread.interrupt();
    thread.join();

    assertThat(failure.get()).isInstanceOf(RegistryException.class);
  }

  @Test
  void twoFormatsOfOneSubject_haveTwoIds() {
    RegistryClient client = client(registry.url());

    int avro = client.id("p-value", "AVRO", "\"bytes\"");

    assertThat(client.id("p-value", "JSON", "{}")).isNotEqualTo(avro);
    assertThat(client.id("p-value", "AVRO", "\"bytes\"")).isEqualTo(avro);
  }

  @Test
  void answerThatNeverEnds_isAFailureInTime_andTheNextAddressIsTried() throws Exception {
    int id = registry.register("images-value", "AVRO", "\"bytes\"");
    CountDownLatch end = new CountDownLatch(1);
    ExecutorService threads = Executors.newCachedThreadPool();
    HttpServer slow =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    slow.setExecutor(threads);
    slow.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 1_000);
          exchange.getResponseBody().write("{\"schema\":".getBytes(StandardCharsets.UTF_8));
          exchange.getResponseBody().flush();
          try {
            end.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    slow.start();
    try {
      String url = "http://127.0.0.1:" + slow.getAddress().getPort();
      Map<String, String> config = Map.of("schema.registry.url", url);
      RegistryClient alone =
          new RegistryClient(RegistryConfig.of(config), Duration.ofSeconds(1), Duration.ZERO);
      assertThatThrownBy(() -> alone.schema(id))
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining("no whole answer within 1000 ms")
          .satisfies(e -> assertThat(e).rootCause().isInstanceOf(IOException.class));

      assertThat(client(url + "," + registry.url()).schema(id)).isPresent();
    } finally {
      end.countDown();
      slow.stop(0);
      threads.shutdownNow();
    }
  }

  private static Set<Thread> selectors() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().matches("HttpClient-\\d+-SelectorManager"))
        .collect(Collectors.toSet());
  }

  /**
   * A full heap, for example, may end the thread of the JDK's client. Unless the failure is a
   * RegistryException, the record becomes a dead letter.
   */
  @Test
  void clientWhoseThreadHasEnded_isReplaced() throws InterruptedException {
    int first = registry.register("images-value", "AVRO", "\"bytes\"");
    int second = registry.register("photos-value", "AVRO", "\"string\"");
    Set<Thread> threads = selectors();
    RegistryClient client =
        new RegistryClient(
            RegistryConfig.of(Map.of("schema.registry.url", registry.url())),
            Duration.ofSeconds(1),
            Duration.ZERO);
    await().ignoreExceptions().until(() -> client.schema(first).isPresent());

    for (Thread thread : selectors()) {
      if (!threads.contains(thread)) {
        thread.interrupt();
        thread.join();
      }
    }
    assertThatThrownBy(() -> client.schema(second)).isInstanceOf(RegistryException.class);

    await()
        .atMost(Duration.ofMinutes(2))
        .ignoreExceptionsInstanceOf(RegistryException.class)
        .until(() -> client.schema(second).isPresent());
  }
}
