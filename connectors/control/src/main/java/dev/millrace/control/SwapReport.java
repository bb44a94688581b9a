package dev.millrace.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * The report of a candidate version's outcome. A serving instance reports the outcome of a swap,
 * and a trainer reports the outcome of its gate. Written as JSON, the report is the value of a
 * record on {@link ControlTopic#STATUS}. The record's key is the model's name.
 *
 * @param instance the reporting instance: its application id, host and process id, or {@code
 *     trainer}
 * @param model the model's name
 * @param version the candidate's number
 * @param outcome the outcome
 * @param reason the reason why the candidate was rejected, blessed or refused; null for any other
 *     outcome
 * @param serving the version that serves afterwards, or null if none does
 * @param milliseconds duration of the swap, or of the trainer's export and comparison, in ms
 * @param metrics the gate's measurements by name, or null in the report of a serving instance
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SwapReport(
    String instance,
    String model,
    int version,
    Outcome outcome,
    String reason,
    Integer serving,
    double milliseconds,
    Map<String, Double> metrics) {

  /** The possible outcomes for a candidate. */
  public enum Outcome {
    /** The candidate now serves. */
    SWAPPED,
    /** The candidate cannot serve. The version that served before keeps serving. */
    REJECTED,
    /** The candidate already served before the promotion. */
    UNCHANGED,
    /** A newer promotion arrived before the swap began. */
    SUPERSEDED,
    /** The gate found the candidate better than the champion, so the trainer promotes it. */
    BLESSED,
    /** The gate did not find the candidate better than the champion. */
    REFUSED;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** {@return the outcome in lower case, as it appears in a report's JSON and in metrics} */
    @JsonValue
    public String word() {
      return word;
    }
  }

  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  /**
   * Requires {@code instance}, {@code model} and {@code outcome}.
   *
   * @param instance the reporting instance
   * @param model the model's name
   * @param version the candidate's number
   * @param outcome the outcome
   * @param reason the reason why the candidate was rejected
   * @param serving the version that serves afterwards, or null if none does
   * @param milliseconds duration of the swap, or of the trainer's export and comparison, in ms
   * @param metrics the gate's measurements by name
   * @throws NullPointerException if {@code instance}, {@code model} or {@code outcome} is null
   */
  public SwapReport {
    Objects.requireNonNull(instance, "instance");
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(outcome, "outcome");
  }

  /** {@return the report as a record's value: JSON in UTF-8} */
  public byte[] toJson() {
    try {
      return JSON.writeValueAsBytes(this);
    } catch (JacksonException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
  }

  /**
   * Reads a record's value. Ignores unknown fields.
   *
   * @param json the value: JSON in UTF-8
   * @return the report
   * @throws IOException if the value is not a report
   */
  public static SwapReport fromJson(byte[] json) throws IOException {
    return JSON.readValue(json, SwapReport.class);
  }
}
