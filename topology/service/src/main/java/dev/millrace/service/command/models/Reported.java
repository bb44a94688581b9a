package dev.millrace.service.command.models;

import dev.millrace.control.SwapReport;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A report on the status topic.
 *
 * @param time the record's timestamp
 * @param report its value
 */
record Reported(Instant time, SwapReport report) {

  /** {@return a record's report, or empty if its value is none} */
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

  /** {@return whether an instance reports a swap; a trainer reports its gate's verdict} */
  boolean isOfInstance() {
    return switch (report.outcome()) {
      case SWAPPED, REJECTED, UNCHANGED, SUPERSEDED -> true;
      case BLESSED, REFUSED -> false;
    };
  }
}
