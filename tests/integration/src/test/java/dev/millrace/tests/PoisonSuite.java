package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.health.Problem;
import dev.millrace.service.http.HttpEndpoint;
import dev.millrace.service.serve.OnBadImage;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.serve.TopicCreation;
import dev.millrace.tests.PoisonScenario.Odd;
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
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Measures how soon a stream goes on after an odd record, and how the service reports a deleted
 * topic and answers beside slow clients. A nightly group:
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
class PoisonSuite {

  private static final List<String> GUARANTEES = List.of("at_least_once", "exactly_once_v2");
  private static final int SLOW_CLIENTS = 1_000;
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Duration TOLD = Duration.ofSeconds(16);

  @TempDir Path folder;

  private Pipeline prepare(EmbeddedBroker broker, String guarantee) throws Exception {
    ModelVersion model = Models.publishRandom(folder.resolve("models"), "random");
    return Pipeline.prepare(
        broker,
        Pipeline.inference(model).build(),
        1,
        Map.of("processing.guarantee", guarantee),
        OnBadImage.DEAD_LETTER,
        ServiceConfig.DEFAULT_MAX_RECORD_BYTES);
  }

  @ParameterizedTest
  @EnumSource(PoisonScenario.class)
  void stream_goesOnWithin10Seconds(PoisonScenario scenario, EmbeddedBroker broker)
      throws Exception {
    for (String guarantee : GUARANTEES) {
      try (Pipeline pipeline = prepare(broker, guarantee)) {
        scenario.configure(pipeline);
        pipeline.start();
        for (Odd odd : scenario.records()) {
          Poison poison = new Poison(pipeline);
          long start = System.nanoTime();
          poison.send(odd);
          poison.requireOneAnswerEach();
          Duration took = Duration.ofNanos(System.nanoTime() - start);

          System.out.printf(
              "| %s | %s | %s | %.1f s |%n",
              odd.name(), guarantee, odd.fate(), took.toMillis() / 1e3);
          assertThat(poison.fates()).containsEntry(odd.name(), odd.fate());
          assertThat(took).as(odd.name()).isLessThan(SOON);
          assertThat(pipeline.service().problems()).isEmpty();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
  void topicThatIsDeleted_isMissed_andNothingIsLostOnceItIsThereAgain(
      String guarantee, EmbeddedBroker broker) throws Exception {
    try (Pipeline pipeline = prepare(broker, guarantee);
        Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      pipeline.start();
      String output = pipeline.topics.output();
      admin.deleteTopics(Set.of(output)).all().get();
      Poison poison = new Poison(pipeline, Duration.ofMinutes(3));
      poison.send(
          "image", poison.record(PoisonScenario.key("image", 5), PoisonScenario.good(1)), false);

      await()
          .atMost(TOLD)
          .untilAsserted(
              () ->
                  assertThat(pipeline.service().problems())
                      .filteredOn(problem -> problem.kind() == Problem.Kind.TOPIC_MISSING)
                      .extracting(Problem::topic)
                      .containsExactly(output));

      TopicCreation.create(admin, pipeline.topics, 1, ServiceConfig.DEFAULT_MAX_RECORD_BYTES);
      poison.requireAnswers(guarantee.equals("exactly_once_v2"));
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(() -> assertThat(pipeline.service().problems()).isEmpty());
    }
  }

  @Test
  void health_answersWithin100Milliseconds_beside1000SlowClients(EmbeddedBroker broker)
      throws Exception {
    try (Pipeline pipeline = prepare(broker, "at_least_once")) {
      pipeline.start();
      try (HttpEndpoint endpoint =
              HttpEndpoint.listen(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                  pipeline.service(),
                  pipeline.registry);
          SlowClients slow = SlowClients.connect(endpoint.address(), SLOW_CLIENTS)) {
        URI ready =
            URI.create("http://127.0.0.1:" + endpoint.address().getPort() + "/v2/health/ready");
        HttpClient client = HttpClient.newHttpClient();
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
          long start = System.nanoTime();
          int status =
              client
                  .send(
                      HttpRequest.newBuilder(ready).build(), HttpResponse.BodyHandlers.discarding())
                  .statusCode();
          millis.add((System.nanoTime() - start) / 1e6);
          assertThat(status).isEqualTo(200);
        }
        millis.sort(null);
        System.out.printf(
            "health beside %,d slow clients: median %.1f ms, maximum %.1f ms%n",
            SLOW_CLIENTS, millis.get(25), millis.get(49));
        assertThat(millis.get(45)).isLessThan(100);
      }
    }
  }
}
