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

  /** Below this, a prediction deserves attention. */
  private static final double UNSURE = 0.5;

  private final ZoneId zone;
  private final Style style;

  /** Without colours. */
  public PredictionLine(ZoneId zone) {
    this(zone, Style.PLAIN);
  }

  /**
   * @param zone whose clock the times are told by
   * @param style marks the time, the label, and a probability below a half
   */
  public PredictionLine(ZoneId zone, Style style) {
    this.zone = zone;
    this.style = style;
  }

  /** Time, id, label, probability, model version, and where the prediction lies. */
  public String of(ConsumerRecord<?, ?> record, Prediction prediction) {
    String time = TIME.format(Instant.ofEpochMilli(record.timestamp()).atZone(zone));
    String label = String.format(Locale.ROOT, "%-18s", printable(prediction.label()));
    String percent = String.format(Locale.ROOT, "%5.1f %%", 100 * prediction.probability());
    return String.format(
        Locale.ROOT,
        "%s  %-28s  %s %s  %s/%d  %s-%d@%d",
        style.faint(time),
        printable(prediction.id()),
        style.strong(label),
        prediction.probability() < UNSURE ? style.warning(percent) : percent,
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
