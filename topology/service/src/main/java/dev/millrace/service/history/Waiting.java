package dev.millrace.service.history;

import dev.millrace.control.TrainingWait;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record of the status topic that reports whether a training waits.
 *
 * @param time the record's timestamp
 * @param report the report in the record's value
 */
public record Waiting(Instant time, TrainingWait report) {

  /**
   * {@return the report in a record's value; empty if the value is missing, or is of another type}
   *
   * @param record a record of the status topic
   */
  public static Optional<Waiting> of(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Waiting(
              Instant.ofEpochMilli(record.timestamp()), TrainingWait.fromJson(record.value())));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** {@return whether the training waits} */
  public boolean isWaiting() {
    return report.reason() != null;
  }

  /** {@return the report as text, without the model and the time} */
  public String text() {
    return isWaiting() ? "waits: " + report.reason() : "does not wait";
  }
}
