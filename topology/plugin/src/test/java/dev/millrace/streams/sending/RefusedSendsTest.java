package dev.millrace.streams.sending;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.streams.internals.KafkaStreamsVersion;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.streams.errors.ProductionExceptionHandler.ProductionExceptionHandlerResponse;
import org.junit.jupiter.api.Test;

/** Tests the method that Kafka Streams calls in versions before 4.2. */
@SuppressWarnings("deprecation")
class RefusedSendsTest {

  private final RefusedSends handler = new RefusedSends();

  @Test
  void failureThatMayPass_isRetried_exceptBeforeVersion4() {
    ProductionExceptionHandlerResponse response =
        handler.handle(null, null, new NotEnoughReplicasException("a broker is away"));

    assertThat(response.name())
        .isEqualTo(KafkaStreamsVersion.running().isAtLeast(4, 0) ? "RETRY" : "FAIL");
  }

  @Test
  void failureThatStays_failsTheTask() {
    assertThat(handler.handle(null, null, new RecordTooLargeException("it is too large")))
        .isEqualTo(ProductionExceptionHandlerResponse.FAIL);
  }
}
