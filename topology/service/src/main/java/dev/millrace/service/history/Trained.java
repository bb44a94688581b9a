package dev.millrace.service.history;

import dev.millrace.control.TrainingProgress;
import dev.millrace.core.evaluation.Proportion;
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
    String accuracy =
        interval()
            .map(
                share ->
                    String.format(
                        Locale.ROOT, "%s of %,d images", share.inPercent(), heldOut.images()))
            .orElseGet(() -> String.format(Locale.ROOT, "%.1f %%", 100 * heldOut.accuracy()));
    String ends =
        heldOut.lossLow() == null || heldOut.lossHigh() == null
            ? ""
            : String.format(Locale.ROOT, " (%.3f to %.3f)", heldOut.lossLow(), heldOut.lossHigh());
    return String.format(
        Locale.ROOT, "; held out: loss %.3f%s, accuracy %s", heldOut.loss(), ends, accuracy);
  }

  /**
   * {@return the accuracy on held-out images with its 95 % interval; empty if the accuracy or the
   * number of images is unknown, or if the accuracy is not between 0 and 1}
   */
  public Optional<Proportion> interval() {
    return Optional.ofNullable(progress.heldOut())
        .filter(heldOut -> heldOut.images() != null && heldOut.images() > 0)
        .filter(heldOut -> heldOut.accuracy() >= 0 && heldOut.accuracy() <= 1)
        .map(heldOut -> Proportion.ofShare(heldOut.accuracy(), heldOut.images()));
  }
}
