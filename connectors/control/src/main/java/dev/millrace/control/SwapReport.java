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
 * What became of a candidate: on an instance that serves, or before a trainer's gate. As JSON it is
 * the value of {@link ControlTopic#STATUS}, with the model's name as the key.
 *
 * @param instance which one: its application id and where it runs
 * @param model the model's name
 * @param version the candidate
 * @param outcome what became of it
 * @param reason why it was rejected, blessed or refused; null otherwise
 * @param serving the version that serves since then; null if none does
 * @param milliseconds wall time from the order to the outcome
 * @param metrics what the gate measured, by name; null from an instance that serves
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

  /** How a swap can end. */
  public enum Outcome {
    /** The candidate serves. */
    SWAPPED,
    /** The version before goes on serving. */
    REJECTED,
    /** It served already. */
    UNCHANGED,
    /** A newer order came before this one was begun. */
    SUPERSEDED,
    /** The gate found it better than the champion: it is promoted. */
    BLESSED,
    /** The gate did not. */
    REFUSED;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** The word for it in a report's JSON and in metrics, which others read: in lower case. */
    @JsonValue
    public String word() {
      return word;
    }
  }

  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  public SwapReport {
    Objects.requireNonNull(instance, "instance");
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(outcome, "outcome");
  }

  /** As a record's value. */
  public byte[] toJson() {
    try {
      return JSON.writeValueAsBytes(this);
    } catch (JacksonException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
  }

  /**
   * Reads a record's value.
   *
   * @throws IOException if it is no report
   */
  public static SwapReport fromJson(byte[] json) throws IOException {
    return JSON.readValue(json, SwapReport.class);
  }
}
