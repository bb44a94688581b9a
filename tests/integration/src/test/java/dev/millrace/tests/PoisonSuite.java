package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.serve.OnBadImage;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.tests.PoisonScenario.Odd;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Measures how soon a stream continues after an unusual record of {@link PoisonScenario}. Also
 * measures how soon a stream thread that fails with an exception leaves its group. This suite and
 * {@link HealthSuite} run only with the profile {@code nightly}:
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
  private static final String COORDINATOR =
      "org.apache.kafka.coordinator.group.GroupMetadataManager";
  private static final String SERVICE = "dev.millrace.service.serve";
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration SOON = Duration.ofSeconds(10);

  @TempDir Path folder;

  private Pipeline prepare(EmbeddedBroker broker, String guarantee) throws Exception {
    return prepare(broker, guarantee, "classic");
  }

  private Pipeline prepare(EmbeddedBroker broker, String guarantee, String protocol)
      throws Exception {
    ModelVersion model = Models.publishRandom(folder.resolve("models"), "random");
    return Pipeline.prepare(
        broker,
        Pipeline.inference(model).build(),
        1,
        Map.of("processing.guarantee", guarantee, "group.protocol", protocol),
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

  /**
   * The broker's log says when the group member of the failed thread leaves the group. The member
   * asks to leave, so the group does not wait until the member's session times out.
   */
  @ParameterizedTest
  @CsvSource({
    "at_least_once, classic",
    "exactly_once_v2, classic",
    "at_least_once, streams",
    "exactly_once_v2, streams",
  })
  void threadThatThrows_leavesItsGroupWithinASecond(
      String guarantee, String protocol, EmbeddedBroker broker) throws Exception {
    Odd odd = PoisonScenario.LARGE_PREDICTIONS.records().get(0);
    try (LogLines log = new LogLines(COORDINATOR, SERVICE);
        Pipeline pipeline = prepare(broker, guarantee, protocol)) {
      pipeline.start();
      // With this first record, the service reads the output topic's limit before the test lowers
      // the limit. So the service later sends a prediction that is too large, and the broker
      // refuses it.
      Poison before = new Poison(pipeline);
      before.send(odd);
      before.requireOneAnswerEach();
      PoisonScenario.LARGE_PREDICTIONS.configure(pipeline);
      Poison poison = new Poison(pipeline);

      poison.send(odd);

      long failed = awaitLine(log, PoisonSuite::isFailure);
      long left =
          awaitLine(log, line -> line.at() >= failed && isDeparture(line, pipeline.group()));
      System.out.printf("| %s | %s | left after %d ms |%n", guarantee, protocol, left - failed);
      assertThat(Duration.ofMillis(left - failed)).isLessThan(Duration.ofSeconds(1));
      poison.requireAnswers(guarantee.equals("exactly_once_v2"));
      assertThat(poison.fates()).containsEntry(odd.name(), odd.fate());
    }
  }

  private static boolean isFailure(LogLines.Line line) {
    return line.text().startsWith("a stream thread failed and is replaced");
  }

  /** Returns whether a line says that a member left the group at its own request. */
  private static boolean isDeparture(LogLines.Line line, String group) {
    return line.text().contains(" " + group + "]")
        && (line.text().contains("left the streams group")
            || line.text().contains("explicit `LeaveGroup` request"));
  }

  /** Waits for a line that fulfils the condition, and returns the time at which it was logged. */
  private static long awaitLine(LogLines log, Predicate<LogLines.Line> condition) {
    return await()
        .atMost(PATIENCE)
        .until(() -> log.first(condition), Optional::isPresent)
        .orElseThrow()
        .at();
  }
}
