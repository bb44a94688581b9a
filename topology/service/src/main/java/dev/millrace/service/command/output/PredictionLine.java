package dev.millrace.service.command.output;

import dev.millrace.events.Prediction;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Formats a prediction as one line of text with aligned columns. */
public final class PredictionLine {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

  /** A probability below this value is highlighted. */
  private static final double UNSURE = 0.5;

  /** The text in place of the labels if the classes are independent and no class is predicted. */
  private static final String NONE = "(none)";

  private final ZoneId zone;
  private final Style style;

  /**
   * Creates a format without colours.
   *
   * @param zone the time zone of the times
   */
  public PredictionLine(ZoneId zone) {
    this(zone, Style.PLAIN);
  }

  /**
   * @param zone the time zone of the times
   * @param style colours of the time, the label, and a probability below 0.5
   */
  public PredictionLine(ZoneId zone, Style style) {
    this.zone = zone;
    this.style = style;
  }

  /**
   * {@return the time, id, label, probability, model version, and position of a prediction} If the
   * classes are independent, the line has the labels of all predicted classes, and the highest
   * probability.
   *
   * @param record the record that holds the prediction
   * @param prediction the record's value
   */
  public String of(ConsumerRecord<?, ?> record, Prediction prediction) {
    String time = TIME.format(Instant.ofEpochMilli(record.timestamp()).atZone(zone));
    String label = String.format(Locale.ROOT, "%-18s", printable(labels(prediction)));
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

  /** {@return the label; if the classes are independent, the labels of all predicted classes} */
  private static String labels(Prediction prediction) {
    if (!prediction.independent()) {
      return prediction.label();
    }
    return prediction.labels().isEmpty() ? NONE : String.join(", ", prediction.labels());
  }

  /**
   * Replaces control characters with question marks. A key can contain any bytes, and a control
   * character could break the line or control the terminal.
   */
  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
