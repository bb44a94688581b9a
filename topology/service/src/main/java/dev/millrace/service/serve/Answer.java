package dev.millrace.service.serve;

import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.InterruptException;

/** Waits for the brokers' answers to an admin client. */
final class Answer {

  private Answer() {}

  /**
   * Waits for an answer, no longer than the admin client's own time-out.
   *
   * @throws KafkaException if the broker refuses the request, or the client's time-out expires
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
