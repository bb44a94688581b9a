package dev.millrace.streams.sending;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.streams.errors.ProductionExceptionHandler.ProductionExceptionHandlerResponse;
import org.junit.jupiter.api.Test;

/** Tests the method that Kafka Streams calls in versions before 4.2. */
@SuppressWarnings("deprecation")
class RefusedSendsTest {

  private final RefusedSends handler = new RefusedSends();

  /** With "retry", Kafka Streams would lose the results of the thread's other tasks. */
  @Test
  void failureThatMayPass_failsTheTask() {
    assertThat(handler.handle(null, null, new NotEnoughReplicasException("a broker is away")))
        .isEqualTo(ProductionExceptionHandlerResponse.FAIL);
  }

  @Test
  void failureThatStays_failsTheTask() {
    assertThat(handler.handle(null, null, new RecordTooLargeException("it is too large")))
        .isEqualTo(ProductionExceptionHandlerResponse.FAIL);
  }

  @Test
  void refusal_isReported_forItsOwnSend() {
    assertThat(RefusedSends.refuses(this::failureThatStays_failsTheTask)).isTrue();
    assertThat(RefusedSends.refuses(() -> {})).isFalse();
  }
}
