package dev.millrace.service.history;

import dev.millrace.control.SwapReport;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record of the status topic.
 *
 * @param time the record's timestamp
 * @param report the report in the record's value
 */
public record Reported(Instant time, SwapReport report) {

  /**
   * {@return the report in a record's value, or empty if the value is missing or is not a report}
   *
   * @param record a record of the status topic
   */
  public static Optional<Reported> of(ConsumerRecord<byte[], byte[]> record) {
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
   * {@return true if a serving instance has reported a model swap; false if a trainer has reported
   * the verdict of its promotion gate}
   */
  public boolean isOfInstance() {
    return switch (report.outcome()) {
      case SWAPPED, REJECTED, UNCHANGED, SUPERSEDED -> true;
      case BLESSED, REFUSED -> false;
    };
  }

  /**
   * {@return the outcome of a service's model swap or of a trainer's promotion gate, as text with
   * the reason}
   */
  public String outcome() {
    String version = "version " + report.version();
    String reason = report.reason() == null ? "" : ": " + report.reason();
    String text =
        switch (report.outcome()) {
          case SWAPPED ->
              String.format(
                  Locale.ROOT, "%s serves, after %.0f ms", version, report.milliseconds());
          case REJECTED -> version + " was rejected";
          case UNCHANGED -> version + " served already";
          case SUPERSEDED -> version + " was superseded by a newer order";
          case BLESSED -> version + " is better and was promoted";
          case REFUSED -> version + " was not promoted";
        };
    return (text + reason).replaceAll("\\p{Cntrl}+", " ");
  }
}
