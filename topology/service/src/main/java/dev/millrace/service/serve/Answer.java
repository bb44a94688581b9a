package dev.millrace.service.serve;

import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.InterruptException;

/** A broker's answer to an admin client. */
final class Answer {

  private Answer() {}

  /**
   * Waits for an answer, as long as the client's own timeout allows.
   *
   * @throws KafkaException the broker's refusal, or the reason why the client gave up
   */
  static <T> T of(KafkaFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException refused
          ? refused
          : new KafkaException(e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
