package dev.millrace.tests;

import static dev.millrace.tests.PoisonScenario.good;
import static dev.millrace.tests.PoisonScenario.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.serve.OnBadImage;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.tests.PoisonScenario.Fate;
import dev.millrace.tests.PoisonScenario.Odd;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.streams.errors.LogAndContinueProcessingExceptionHandler;
import org.apache.kafka.streams.errors.LogAndFailProcessingExceptionHandler;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests unusual records, which the broker accepts, among good images. Each unusual record gets
 * exactly one answer, which is a prediction or a dead letter, and the stream continues. {@link
 * PoisonSuite} measures how soon the stream continues.
 */
@Tag("broker")
@Timeout(180)
@ExtendWith(SharedBroker.class)
class PoisonTest {

  @TempDir Path folder;

  private Pipeline prepare(EmbeddedBroker broker, Map<String, String> kafka) throws Exception {
    return prepare(broker, kafka, OnBadImage.DEAD_LETTER);
  }

  private Pipeline prepare(EmbeddedBroker broker, Map<String, String> kafka, OnBadImage onBadImage)
      throws Exception {
    ModelVersion model = Models.publishRandom(folder.resolve("models"), "random");
    return Pipeline.prepare(
        broker,
        Pipeline.inference(model).build(),
        1,
        kafka,
        onBadImage,
        ServiceConfig.DEFAULT_MAX_RECORD_BYTES);
  }

  @ParameterizedTest
  @CsvSource({
    "USUAL_LIMITS, at_least_once",
    "USUAL_LIMITS, exactly_once_v2",
    "RAISED_INPUT, at_least_once",
    "RAISED_INPUT, exactly_once_v2",
    "COMPACTED_OUTPUT, at_least_once",
    "COMPACTED_OUTPUT, exactly_once_v2",
    "LARGE_PREDICTIONS, at_least_once",
    "LARGE_PREDICTIONS, exactly_once_v2",
  })
  void oddRecords_haveOneAnswerEach(
      PoisonScenario scenario, String guarantee, EmbeddedBroker broker) throws Exception {
    try (Pipeline pipeline = prepare(broker, Map.of("processing.guarantee", guarantee))) {
      scenario.configure(pipeline);
      pipeline.start();
      Poison poison = new Poison(pipeline);
      Map<String, Fate> right = new HashMap<>();
      for (Odd odd : scenario.records()) {
        poison.send(odd);
        right.put(odd.name(), odd.fate());
      }

      poison.requireOneAnswerEach();
      assertThat(poison.fates()).isEqualTo(right);
    }
  }

  /**
   * The service also notices record limits that are lowered after the service's start. The broker
   * refuses a record, and the stream thread that sent the record fails and leaves its consumer
   * group. So the thread's partitions do not have to wait until the thread's session times out
   * after five minutes.
   */
  @ParameterizedTest
  @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
  void limitThatIsLoweredLater_isNoticed(String guarantee, EmbeddedBroker broker) throws Exception {
    Odd odd = PoisonScenario.LARGE_PREDICTIONS.records().get(0);
    try (Pipeline pipeline =
        prepare(
            broker, Map.of("processing.guarantee", guarantee, "session.timeout.ms", "300000"))) {
      pipeline.start();
      Poison poison = new Poison(pipeline);
      poison.send(odd);
      poison.requireOneAnswerEach();
      assertThat(poison.fates()).containsEntry(odd.name(), Fate.PREDICTION);

      PoisonScenario.LARGE_PREDICTIONS.configure(pipeline);
      Poison later = new Poison(pipeline);
      later.send(odd);

      later.requireAnswers(guarantee.equals("exactly_once_v2"));
      assertThat(later.fates()).containsEntry(odd.name(), odd.fate());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
  void imageThatModelOrDecoderFailsOn_isADeadLetter(String guarantee, EmbeddedBroker broker)
      throws Exception {
    try (Pipeline pipeline = prepare(broker, Map.of("processing.guarantee", guarantee))) {
      pipeline.start(new PoisonedParts()::inference);
      Poison poison = new Poison(pipeline);

      poison.send("NaN", poison.record(key("nan", 3), PoisonedParts.white()), false);
      poison.send("bug", poison.record(key("bug", 3), PoisonedParts.UNHEARD_OF), false);

      poison.requireOneAnswerEach();
      assertThat(poison.fates())
          .containsOnly(entry("NaN", Fate.DEAD_LETTER), entry("bug", Fate.DEAD_LETTER));
    }
  }

  /** No image is lost, because the next instance continues from the last commit. */
  @ParameterizedTest
  @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
  void brokenDevice_endsTheService_andNoImageBecomesADeadLetter(
      String guarantee, EmbeddedBroker broker) throws Exception {
    try (Pipeline pipeline = prepare(broker, Map.of("processing.guarantee", guarantee))) {
      PoisonedParts parts = new PoisonedParts();
      pipeline.start(parts::inference);
      Poison before = new Poison(pipeline);
      before.send("image", before.record(key("image", 5), good(1)), false);
      before.requireOneAnswerEach();

      parts.breakDevice();
      Poison after = new Poison(pipeline);
      after.send("image", after.record(key("image", 5), good(1)), false);

      assertThat(pipeline.service().ended())
          .failsWithin(Duration.ofMinutes(1))
          .withThrowableThat()
          .withMessageContaining("cpu is broken");
      assertThat(pipeline.service().isLive()).isFalse();
      pipeline.stop();
      pipeline.start();
      after.requireAnswers(guarantee.equals("exactly_once_v2"));
      assertThat(after.fates()).containsEntry("image", Fate.PREDICTION);
    }
  }

  /**
   * Checks the other tests of this class: they would fail if a record were dropped or if a
   * partition stopped.
   */
  @ParameterizedTest
  @ValueSource(
      classes = {
        LogAndContinueProcessingExceptionHandler.class,
        LogAndFailProcessingExceptionHandler.class
      })
  void recordThatIsDropped_orThatStopsItsPartition_isNoticed(
      Class<?> handler, EmbeddedBroker broker) throws Exception {
    try (Pipeline pipeline =
        prepare(
            broker, Map.of("processing.exception.handler", handler.getName()), OnBadImage.FAIL)) {
      PoisonScenario.LARGE_PREDICTIONS.configure(pipeline);
      pipeline.start();
      Poison poison = new Poison(pipeline, Duration.ofSeconds(5));
      poison.send(PoisonScenario.LARGE_PREDICTIONS.records().get(0));

      assertThatThrownBy(poison::requireOneAnswerEach).isInstanceOf(AssertionError.class);
    }
  }
}
