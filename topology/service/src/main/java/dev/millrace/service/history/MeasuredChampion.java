package dev.millrace.service.history;

import dev.millrace.control.ChampionReport;
import dev.millrace.core.evaluation.Proportion;
import dev.millrace.core.training.ChampionMeasure;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record of the status topic that reports how good the champion is on the newest images.
 *
 * @param time the record's timestamp
 * @param report the report in the record's value
 */
public record MeasuredChampion(Instant time, ChampionReport report) {

  /**
   * {@return the report in a record's value; empty if the value is missing, or is of another type}
   *
   * @param record a record of the status topic
   */
  public static Optional<MeasuredChampion> of(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new MeasuredChampion(
              Instant.ofEpochMilli(record.timestamp()), ChampionReport.fromJson(record.value())));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** {@return the champion's accuracy with its 95 % interval} */
  public Proportion interval() {
    return Proportion.ofShare(report.measure().accuracy(), report.measure().images());
  }

  /**
   * {@return the champion's accuracy when it was promoted, with its 95 % interval; empty if no gate
   * promoted it}
   */
  public Optional<Proportion> atPromotion() {
    ChampionMeasure measure = report.measure();
    return measure.promotedAccuracy() == null || measure.promotedImages() == null
        ? Optional.empty()
        : Optional.of(Proportion.ofShare(measure.promotedAccuracy(), measure.promotedImages()));
  }

  /** {@return the report as text, without the model and the time} */
  public String text() {
    ChampionMeasure measure = report.measure();
    return String.format(
        Locale.ROOT,
        "%sversion %d: accuracy %s of the newest %,d images%s",
        measure.hasFallen() ? "ALARM, the champion has become worse: " : "",
        measure.version(),
        interval().inPercent(),
        measure.images(),
        atPromotion()
            .map(
                before ->
                    String.format(
                        Locale.ROOT,
                        ", %s of %,d when it was promoted",
                        before.inPercent(),
                        measure.promotedImages()))
            .orElse(""));
  }
}
