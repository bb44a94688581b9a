package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.decode.OpenCvImageDecoder;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.service.Main;
import dev.millrace.service.broker.BrokerConfig;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.http.HttpEndpoint;
import dev.millrace.service.serve.OnBadImage;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.serve.TopicCreation;
import dev.millrace.streams.ImageInference;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Measures what a service's health endpoints answer while a topic, the broker or a stream thread
 * fails, and how soon they report the failure. This suite and {@link PoisonSuite} run only with the
 * profile {@code nightly}:
 *
 * <pre>
 * ./mvnw -Pnightly -Dnightly=poison -Dquick verify
 * </pre>
 */
@Tag("broker")
@Tag("nightly")
@Tag("poison")
@Timeout(600)
@ExtendWith(SharedBroker.class)
class HealthSuite {

  private static final int SLOW_CLIENTS = 1_000;
  private static final int MOST_REQUESTS = 2_000;
  private static final int QUESTIONS = 200;
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration TOLD = Duration.ofSeconds(15);
  private static final Duration ENDED = Duration.ofSeconds(30);
  private static final Duration WATCHED = Duration.ofSeconds(40);

  @TempDir Path folder;

  private final HttpClient client = HttpClient.newHttpClient();

  private Pipeline start(EmbeddedBroker broker, String guarantee) throws Exception {
    ModelVersion model = Models.publishRandom(folder.resolve("models"), "random");
    return Pipeline.start(
        broker, Pipeline.inference(model).build(), 1, Map.of("processing.guarantee", guarantee));
  }

  private static HttpEndpoint listen(Pipeline pipeline) throws IOException {
    return HttpEndpoint.listen(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        pipeline.service(),
        pipeline.registry);
  }

  private static URI health(int port, String what) {
    return URI.create("http://127.0.0.1:" + port + "/v2/health/" + what);
  }

  private HttpResponse<String> ask(URI uri) throws IOException, InterruptedException {
    return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Waits until {@code ready} reports the failure, and prints how long that took. */
  private void awaitTold(URI ready, String kind, String reason) {
    long start = System.nanoTime();
    await()
        .atMost(TOLD)
        .untilAsserted(
            () -> {
              HttpResponse<String> response = ask(ready);
              assertThat(response.statusCode()).isEqualTo(503);
              assertThat(response.body()).contains("\"kind\":\"" + kind + "\"", reason);
            });
    System.out.printf("%s told after %.1f s%n", kind, (System.nanoTime() - start) / 1e9);
  }

  private void awaitReady(URI ready) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(ask(ready).statusCode()).isEqualTo(200));
  }

  @ParameterizedTest
  @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
  void topicThatIsDeleted_isMissed_andNothingIsLostOnceItIsThereAgain(
      String guarantee, EmbeddedBroker broker) throws Exception {
    try (Pipeline pipeline = start(broker, guarantee);
        HttpEndpoint endpoint = listen(pipeline);
        Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      URI ready = health(endpoint.address().getPort(), "ready");
      String output = pipeline.topics.output();
      admin.deleteTopics(Set.of(output)).all().get();
      Poison poison = new Poison(pipeline, PATIENCE);
      poison.send(
          "image", poison.record(PoisonScenario.key("image", 5), PoisonScenario.good(1)), false);

      awaitTold(ready, "topic_missing", output);

      TopicCreation.create(admin, pipeline.topics, 1, ServiceConfig.DEFAULT_MAX_RECORD_BYTES);
      poison.requireAnswers(guarantee.equals("exactly_once_v2"));
      awaitReady(ready);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
  void brokerThatIsAway_isMissed_andNothingIsLostOnceItIsBack(String guarantee) throws Exception {
    EmbeddedBroker broker = startBroker(0);
    try (Pipeline pipeline = start(broker, guarantee);
        HttpEndpoint endpoint = listen(pipeline)) {
      URI ready = health(endpoint.address().getPort(), "ready");
      Poison poison = new Poison(pipeline, PATIENCE);
      poison.send(
          "image", poison.record(PoisonScenario.key("image", 5), PoisonScenario.good(1)), false);
      broker.close();

      awaitTold(ready, "broker_away", "no broker has answered");
      assertThat(ask(health(endpoint.address().getPort(), "live")).statusCode()).isEqualTo(200);

      broker = startBroker(port(broker));
      poison.requireAnswers(guarantee.equals("exactly_once_v2"));
      awaitReady(ready);
    } finally {
      broker.close();
    }
  }

  private EmbeddedBroker startBroker(int port) {
    return EmbeddedBroker.start(
        new BrokerConfig(folder.resolve("kafka"), BrokerConfig.DEFAULT_HOST, port, Map.of()));
  }

  private static int port(EmbeddedBroker broker) {
    String address = broker.bootstrapServers();
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  /**
   * The service cannot recover by itself, because the thread hangs in a consumer interceptor that
   * the user configured.
   */
  @Test
  void serviceWhoseThreadHangs_isNotAlive_andEnds(EmbeddedBroker broker) throws Exception {
    Pipeline pipeline = prepare(broker, 1); // the test needs only the topics
    try (MillraceProcess serve =
        MillraceProcess.start(
            folder,
            Main.class,
            "serve",
            "--bootstrap-servers",
            broker.bootstrapServers(),
            "--repository",
            folder.resolve("models"),
            "--model",
            "random",
            "--input",
            pipeline.topics.input(),
            "--output",
            pipeline.topics.output(),
            "--application-id",
            pipeline.group(),
            "--http",
            0,
            "-X",
            "max.poll.interval.ms=10000",
            "-X",
            "main.consumer.interceptor.classes=" + HangingInterceptor.class.getName())) {
      int port = Integer.parseInt(serve.awaitLine("ready .*:(\\d+)", PATIENCE));
      URI live = health(port, "live");
      assertThat(ask(live).statusCode()).isEqualTo(200);
      var unused = pipeline.send(List.of(pipeline.image("image", PoisonScenario.good(1))));

      await().atMost(PATIENCE).until(() -> !isAlive(live));
      long dead = System.nanoTime();
      assertThat(serve.await(PATIENCE)).isEqualTo(1);
      Duration took = Duration.ofNanos(System.nanoTime() - dead);

      System.out.printf("ended %.1f s after it was not alive%n", took.toMillis() / 1e3);
      assertThat(took).isLessThan(ENDED);
      assertThat(serve.errors().lines().filter(line -> line.startsWith("millrace serve: ")))
          .singleElement()
          .asString()
          .contains("a stream thread hangs: it has asked for no record");
    }
  }

  /** Returns whether {@code live} answers 200. Returns false if the process has ended. */
  private boolean isAlive(URI live) throws InterruptedException {
    try {
      return ask(live).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * One thread reads six partitions whose records wait for minutes, because the device needs 0.3 s
   * for each image. Every partition advances in turn, so none of them is stalled.
   */
  @Test
  void slowDeviceWithABacklog_staysReady(EmbeddedBroker broker) throws Exception {
    int images = 3_000;
    int partitions = 6;
    Pipeline pipeline = prepare(broker, partitions);
    List<ProducerRecord<String, byte[]>> backlog = new ArrayList<>();
    for (int i = 0; i < images; i++) {
      backlog.add(pipeline.image("image-" + i, PoisonScenario.good(1)));
    }
    pipeline.send(backlog);
    pipeline.start(
        config ->
            ImageInference.with(
                config,
                TamperedSession.runtime(
                    new OnnxModelRuntime(), (session, pixels, batch, probabilities) -> work(batch)),
                () -> new OpenCvImageDecoder(config.engine().limits()),
                pipeline.registry));
    try (pipeline;
        HttpEndpoint endpoint = listen(pipeline)) {
      URI ready = health(endpoint.address().getPort(), "ready");
      awaitReady(ready);
      await()
          .pollInterval(Duration.ofMillis(500))
          .during(WATCHED)
          .atMost(WATCHED.plus(PATIENCE))
          .failFast(() -> assertThat(ask(ready).statusCode()).isEqualTo(200))
          .until(() -> true);
      long answered = 0;
      for (int partition = 0; partition < partitions; partition++) {
        assertThat(pipeline.committed(partition)).isPositive();
        answered += pipeline.committed(partition);
      }
      assertThat(answered).isLessThan(images);
    }
  }

  /** Imitates a device that needs 0.3 s for each image. */
  private static void work(int images) {
    LockSupport.parkNanos(images * 300_000_000L);
  }

  private Pipeline prepare(EmbeddedBroker broker, int partitions) throws Exception {
    ModelVersion model = Models.publishRandom(folder.resolve("models"), "random");
    return Pipeline.prepare(
        broker,
        Pipeline.inference(model).build(),
        partitions,
        Map.of(),
        OnBadImage.DEAD_LETTER,
        ServiceConfig.DEFAULT_MAX_RECORD_BYTES);
  }

  /**
   * The test covers both kinds of clients: Kubernetes opens a new connection for each request, and
   * Prometheus keeps one connection open.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void health_answersWithin100Milliseconds_beside1000SlowClients(
      boolean staysOpen, EmbeddedBroker broker) throws Exception {
    try (Pipeline pipeline = start(broker, "at_least_once");
        HttpEndpoint endpoint = listen(pipeline);
        SlowClients slow = SlowClients.connect(endpoint.address(), SLOW_CLIENTS);
        QuickClient quick = new QuickClient(endpoint.address())) {
      List<Double> millis = new ArrayList<>();
      for (int i = 0; i <= QUESTIONS; i++) {
        long start = System.nanoTime();
        String answer = staysOpen ? askReady(quick) : askReadyOnce(endpoint.address());
        millis.add((System.nanoTime() - start) / 1e6);
        assertThat(answer).startsWith("HTTP/1.1 200 ");
      }
      // The first request is left out, because it had to wait until the server had accepted all
      // slow clients.
      double first = millis.remove(0);
      millis.sort(null);
      System.out.printf(
          "| %s | %.0f ms | %.1f ms | %.1f ms | %.1f ms |%n",
          staysOpen ? "stays open" : "new for each question",
          first,
          millis.get(QUESTIONS / 2),
          millis.get(QUESTIONS * 95 / 100),
          millis.get(QUESTIONS - 1));
      // Without TCP_NODELAY, Nagle's algorithm would hold a response's body back until the client
      // acknowledges the headers. Clients delay this acknowledgement by 40 ms (delayed ACK).
      assertThat(millis.get(QUESTIONS / 2)).isLessThan(20);
      // The longest time is not checked, because it depends on the load of the machine.
      assertThat(millis.get(QUESTIONS * 95 / 100)).isLessThan(100);
    }
  }

  /**
   * While {@code MOST_REQUESTS} requests are in progress, the server closes any further connection.
   * This also limits the memory that a flood of requests can use.
   */
  @Test
  void requestsBeyondTheBound_areRefused(EmbeddedBroker broker) throws Exception {
    try (Pipeline pipeline = start(broker, "at_least_once");
        HttpEndpoint endpoint = listen(pipeline);
        SlowClients slow = SlowClients.connect(endpoint.address(), MOST_REQUESTS + 1)) {
      slow.awaitEnd(MOST_REQUESTS);
      assertThat(slow.isOpen(0)).isTrue();
    }
  }

  private static String askReadyOnce(InetSocketAddress server) throws IOException {
    try (QuickClient client = new QuickClient(server)) {
      return askReady(client);
    }
  }

  private static String askReady(QuickClient client) throws IOException {
    return client.ask("/v2/health/ready");
  }
}
