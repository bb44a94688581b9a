package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.health.Problem;
import dev.millrace.service.serve.OnBadImage;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.serve.TopicCreation;
import dev.millrace.tests.PoisonScenario.Odd;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How soon a stream goes on behind an odd record, and what it says while the world is broken. A
 * nightly group:
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
      poison.send(PoisonScenario.RAISED_INPUT.records().get(2));

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
}
