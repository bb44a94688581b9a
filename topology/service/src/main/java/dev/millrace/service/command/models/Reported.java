package dev.millrace.service.command.models;

import dev.millrace.control.SwapReport;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record of the status topic.
 *
 * @param time the record's timestamp
 * @param report the report in the record's value
 */
record Reported(Instant time, SwapReport report) {

  /**
   * {@return the report in a record's value, or empty if the value is missing or is not a report}
   */
  static Optional<Reported> of(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return Optional.empty();
    }
    try {
      SwapReport report = SwapReport.fromJson(record.value());
      return report == null
          ? Optional.empty()
          : Optional.of(new Reported(Instant.ofEpochMilli(record.timestamp()), report));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * {@return true if a serving instance wrote the report, about a model swap; false if a trainer
   * wrote it, about the verdict of its promotion gate}
   */
  boolean isOfInstance() {
    return switch (report.outcome()) {
      case SWAPPED, REJECTED, UNCHANGED, SUPERSEDED -> true;
      case BLESSED, REFUSED -> false;
    };
  }
}
