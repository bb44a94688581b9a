package dev.millrace.control;

import java.time.Duration;
import org.apache.kafka.common.KafkaException;

/**
 * Thrown if the champion cannot be read, because a writer left a transaction open on the control
 * topic. The broker aborts the transaction when the transaction times out.
 */
public final class OpenTransactionException extends KafkaException {

  private static final long serialVersionUID = 1L;

  /**
   * @param offset the first offset of the transaction
   * @param waited the time that the reader waited for the end of the transaction
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
