package dev.millrace.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class StatusTopicTest {

  private static final SwapReport REPORT =
      new SwapReport("app", "small", 3, SwapReport.Outcome.SWAPPED, null, 3, 1.5, null);

  private final MockProducer<String, byte[]> producer =
      new MockProducer<>(false, null, new StringSerializer(), new ByteArraySerializer());

  @Test
  void report_isSentUnderTheModelsName_andNotWaitedFor() {
    try (StatusTopic status = new StatusTopic(producer)) {
      status.publish(REPORT);

      assertThat(producer.history())
          .singleElement()
          .satisfies(
              record -> {
                assertThat(record.topic()).isEqualTo("millrace.models.status");
                assertThat(record.key()).isEqualTo("small");
                assertThat(SwapReport.fromJson(record.value())).isEqualTo(REPORT);
              });
      assertThat(producer.completeNext()).isTrue();
    }
    assertThat(producer.closed()).isTrue();
  }

  @Test
  void reportThatCannotBeSent_isNoReasonToFail() {
    StatusTopic status = new StatusTopic(producer);
    producer.sendException = new TimeoutException("no broker");
    assertThatCode(() -> status.publish(REPORT)).doesNotThrowAnyException();

    producer.sendException = null;
    status.publish(REPORT);
    assertThatCode(() -> producer.errorNext(new TimeoutException("no broker")))
        .doesNotThrowAnyException();
  }

  @Test
  void progress_isSentUnderAKeyOfItsOwn_andTheCallerLearnsOfAFailure() {
    TrainingProgress progress = new TrainingProgress("small", "run", null, 1, 2, 0.5, null, 9);
    List<String> failures = new ArrayList<>();
    StatusTopic status = new StatusTopic(producer);

    status.publish(progress, e -> failures.add(e.getMessage()));
    assertThat(producer.history())
        .singleElement()
        .satisfies(
            record -> {
              assertThat(record.topic()).isEqualTo("millrace.models.status");
              assertThat(record.key()).isEqualTo("small/training");
              assertThat(TrainingProgress.fromJson(record.value())).isEqualTo(progress);
            });
    producer.completeNext();
    assertThat(failures).isEmpty();

    status.publish(progress, e -> failures.add(e.getMessage()));
    producer.errorNext(new TimeoutException("lost"));
    producer.sendException = new TimeoutException("no broker");
    status.publish(progress, e -> failures.add(e.getMessage()));
    assertThat(failures).containsExactly("lost", "no broker");
  }

  @Test
  void configuration_hasNoTransaction_andBlocksForTwoSecondsAtMost() {
    assertThat(
            StatusTopic.config(
                Map.of("acks", "1", "transactional.id", "mine", "max.block.ms", "60000")))
        .isEqualTo(Map.of("acks", "1", "max.block.ms", 2_000));
  }
}
