package dev.millrace.control;

import java.time.Duration;
import org.apache.kafka.common.KafkaException;

/**
 * Nobody can read which version serves: a writer began to name a champion, and neither committed
 * nor aborted that. The broker aborts it once the writer's transaction times out.
 */
public final class OpenTransactionException extends KafkaException {

  private static final long serialVersionUID = 1L;

  /**
   * @param offset where the transaction begins
   * @param waited how long its end was waited for
   */
  OpenTransactionException(long offset, Duration waited) {
    super(
        "topic "
            + ControlTopic.NAME
            + " cannot be read beyond offset "
            + offset
            + ", where a transaction is open for more than "
            + waited.toSeconds()
            + " s: its writer is gone or hangs; try again once the broker has aborted it, or abort it"
            + " with 'kafka-transactions.sh abort --topic "
            + ControlTopic.NAME
            + " --partition "
            + ControlTopic.PARTITION.partition()
            + " --start-offset "
            + offset
            + "'");
  }
}
