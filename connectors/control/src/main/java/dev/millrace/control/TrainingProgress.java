package dev.millrace.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.util.Objects;

/**
 * The report of a trainer at the end of an epoch. The field {@code type} is {@value #TYPE}, and
 * {@code schema} is {@value #SCHEMA}. The record's key is {@code MODEL/training}.
 *
 * @param model the model's name
 * @param run the run's name; each round has its own name
 * @param round the round's number, from 1; null if the training is not a loop of rounds
 * @param epoch the number of the epoch that has ended, from 1
 * @param epochs number of epochs of the run, or of the round
 * @param loss mean cross-entropy of the epoch's batches during the training steps, in nats
 * @param heldOut the measures on held-out images after the epoch; null if unknown
 * @param imagesPerSecond training speed, in images per second
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TrainingProgress(
    String model,
    String run,
    Integer round,
    int epoch,
    int epochs,
    double loss,
    HeldOut heldOut,
    double imagesPerSecond)
    implements TrainerReport {

  /** The value of the field {@code type}. */
  public static final String TYPE = "epoch";

  /**
   * The value of the field {@code schema}. A release that changes the meaning of a field raises
   * this number. A release that only adds a field does not raise it.
   */
  public static final int SCHEMA = 1;

  /**
   * The measures on images that no training step sees.
   *
   * @param loss mean cross-entropy, in nats
   * @param accuracy share of the images that the network classifies correctly, from 0 to 1
   * @param images number of images, or null if unknown
   * @param lossLow lower end of the loss's 95 % interval, in nats, or null if unknown. Reports of
   *     an earlier release have neither end
   * @param lossHigh upper end of the loss's 95 % interval, in nats, or null if unknown
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record HeldOut(
      double loss, double accuracy, Integer images, Double lossLow, Double lossHigh) {}

  private static final TypedJson<TrainingProgress> JSON =
      new TypedJson<>(TYPE, SCHEMA, TrainingProgress.class);

  /**
   * Validates the names and the epoch's number.
   *
   * @param model the model's name
   * @param run the run's name
   * @param round the round's number, or null
   * @param epoch the number of the epoch that has ended
   * @param epochs number of epochs
   * @param loss mean cross-entropy of the epoch's batches, in nats
   * @param heldOut the measures on held-out images, or null
   * @param imagesPerSecond training speed, in images per second
   * @throws NullPointerException if {@code model} or {@code run} is null
   * @throws IllegalArgumentException if {@code epoch} is not between 1 and {@code epochs}
   */
  public TrainingProgress {
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(run, "run");
    if (epoch < 1 || epoch > epochs) {
      throw new IllegalArgumentException(
          "epoch: " + epoch + " is not between 1 and " + epochs + " (epochs)");
    }
  }

  @Override
  public String key() {
    return model + "/training";
  }

  @Override
  public byte[] toJson() {
    return JSON.write(this);
  }

  /**
   * Reads a record's value. Ignores unknown fields.
   *
   * @param json the value: JSON in UTF-8
   * @return the report
   * @throws IOException if the value is not a report, or is of another type or schema
   */
  public static TrainingProgress fromJson(byte[] json) throws IOException {
    return JSON.read(json);
  }
}
