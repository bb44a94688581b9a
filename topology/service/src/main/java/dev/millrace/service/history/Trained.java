package dev.millrace.service.history;

import dev.millrace.control.TrainingProgress;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record of the status topic that reports a trainer's progress.
 *
 * @param time the record's timestamp
 * @param progress the progress in the record's value
 */
public record Trained(Instant time, TrainingProgress progress) {

  /**
   * {@return the progress in a record's value; empty if the value is missing, or is of another
   * type}
   *
   * @param record a record of the status topic
   */
  public static Optional<Trained> of(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Trained(
              Instant.ofEpochMilli(record.timestamp()), TrainingProgress.fromJson(record.value())));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** {@return the progress as text, without the model and the time} */
  public String text() {
    String round = progress.round() == null ? "" : "round " + progress.round() + ", ";
    return String.format(
        Locale.ROOT,
        "%sepoch %d of %d: loss %.3f%s; %,.0f images/s",
        round,
        progress.epoch(),
        progress.epochs(),
        progress.loss(),
        heldOut(),
        progress.imagesPerSecond());
  }

  private String heldOut() {
    TrainingProgress.HeldOut heldOut = progress.heldOut();
    if (heldOut == null) {
      return "";
    }
    return String.format(
        Locale.ROOT,
        "; held out: loss %.3f, accuracy %.2f %%%s",
        heldOut.loss(),
        100 * heldOut.accuracy(),
        heldOut.images() == null
            ? ""
            : String.format(Locale.ROOT, " of %,d images", heldOut.images()));
  }
}
