package dev.millrace.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.util.Objects;

/**
 * The report of a trainer that its training from topics waits, or no longer waits. The field {@code
 * type} is {@value #TYPE}, and {@code schema} is {@value #SCHEMA}. The record's key is {@code
 * MODEL/waiting}.
 *
 * @param model the model's name
 * @param reason why the training waits, as one line of at most {@value #MOST_CHARACTERS}
 *     characters; null if it no longer waits
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TrainingWait(String model, String reason) implements TrainerReport {

  /** The value of the field {@code type}. */
  public static final String TYPE = "waiting";

  /**
   * The value of the field {@code schema}. A release that changes the meaning of a field raises
   * this number. A release that only adds a field does not raise it.
   */
  public static final int SCHEMA = 1;

  static final int MOST_CHARACTERS = 1_000;

  private static final TypedJson<TrainingWait> JSON =
      new TypedJson<>(TYPE, SCHEMA, TrainingWait.class);

  /**
   * Replaces control characters by spaces, and shortens the reason, because it may hold names that
   * any producer can choose.
   *
   * @param model the model's name
   * @param reason why the training waits, or null
   * @throws NullPointerException if {@code model} is null
   */
  public TrainingWait {
    Objects.requireNonNull(model, "model");
    reason = reason == null ? null : line(reason);
  }

  private static String line(String text) {
    String plain = text.replaceAll("\\p{Cc}", " ");
    return plain.length() <= MOST_CHARACTERS
        ? plain
        : plain.substring(0, MOST_CHARACTERS - 1) + "…";
  }

  @Override
  public String key() {
    return model + "/waiting";
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
  public static TrainingWait fromJson(byte[] json) throws IOException {
    return JSON.read(json);
  }
}
