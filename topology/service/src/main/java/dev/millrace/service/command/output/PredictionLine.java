package dev.millrace.service.command.output;

import dev.millrace.events.Prediction;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A prediction as one line for people, its columns below each other. */
public final class PredictionLine {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

  private final ZoneId zone;

  /**
   * @param zone whose clock the times are told by
   */
  public PredictionLine(ZoneId zone) {
    this.zone = zone;
  }

  /** Time, id, label, probability, model version, and where the prediction lies. */
  public String of(ConsumerRecord<?, ?> record, Prediction prediction) {
    return String.format(
        Locale.ROOT,
        "%s  %-28s  %-18s %5.1f %%  %s/%d  %s-%d@%d",
        TIME.format(Instant.ofEpochMilli(record.timestamp()).atZone(zone)),
        printable(prediction.id()),
        printable(prediction.label()),
        100 * prediction.probability(),
        prediction.model().name(),
        prediction.model().version(),
        record.topic(),
        record.partition(),
        record.offset());
  }

  /** Keys are anybody's bytes: what would break the line or steer the terminal is not shown. */
  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
