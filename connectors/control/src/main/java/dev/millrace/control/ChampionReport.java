package dev.millrace.control;

import dev.millrace.core.training.ChampionMeasure;
import java.io.IOException;
import java.util.Objects;

/**
 * The report of a trainer that has measured the champion on the newest labelled images. The field
 * {@code type} is {@value #TYPE}, and {@code schema} is {@value #SCHEMA}. The record's key is
 * {@code MODEL/champion}.
 *
 * @param model the model's name
 * @param measure the result
 */
public record ChampionReport(String model, ChampionMeasure measure) implements TrainerReport {

  /** The value of the field {@code type}. */
  public static final String TYPE = "champion";

  /**
   * The value of the field {@code schema}. A release that changes the meaning of a field raises
   * this number. A release that only adds a field does not raise it.
   */
  public static final int SCHEMA = 1;

  private static final TypedJson<ChampionReport> JSON =
      new TypedJson<>(TYPE, SCHEMA, ChampionReport.class);

  /**
   * Validates the name and the shares of images.
   *
   * @param model the model's name
   * @param measure the result
   * @throws NullPointerException if {@code model} or {@code measure} is null
   * @throws IllegalArgumentException if an accuracy is not between 0 and 1, or was measured on no
   *     image
   */
  public ChampionReport {
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(measure, "measure");
    requireShare(measure.accuracy(), measure.images());
    if (measure.promotedAccuracy() != null && measure.promotedImages() != null) {
      requireShare(measure.promotedAccuracy(), measure.promotedImages());
    }
  }

  private static void requireShare(double accuracy, int images) {
    if (images < 1 || !(accuracy >= 0 && accuracy <= 1)) {
      throw new IllegalArgumentException(
          "accuracy: " + accuracy + " of " + images + " images is not a share");
    }
  }

  @Override
  public String key() {
    return model + "/champion";
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
  public static ChampionReport fromJson(byte[] json) throws IOException {
    return JSON.read(json);
  }
}
