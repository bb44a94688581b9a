package dev.millrace.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;

/**
 * The report of a trainer at the end of an epoch. Written as JSON, the report is the value of a
 * record on {@link ControlTopic#STATUS}. The field {@code type} is {@value #TYPE}, and {@code
 * schema} is {@value #SCHEMA}. A reader skips records of another type or schema. Readers of earlier
 * releases skip these reports, because the reports have no field {@code outcome}.
 *
 * <p>The record's key is {@code MODEL/training}, so that a report never replaces a {@link
 * SwapReport} if the topic is compacted by mistake.
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
    double imagesPerSecond) {

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
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record HeldOut(double loss, double accuracy, Integer images) {}

  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

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

  /** {@return the key of the report's record} */
  public String key() {
    return model + "/training";
  }

  /** {@return the report as a record's value: JSON in UTF-8} */
  public byte[] toJson() {
    ObjectNode json = JSON.createObjectNode().put("type", TYPE).put("schema", SCHEMA);
    json.setAll(JSON.<ObjectNode>valueToTree(this));
    try {
      return JSON.writeValueAsBytes(json);
    } catch (JacksonException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
  }

  /**
   * Reads a record's value. Ignores unknown fields.
   *
   * @param json the value: JSON in UTF-8
   * @return the report
   * @throws IOException if the value is not a report, or is of another type or schema
   */
  public static TrainingProgress fromJson(byte[] json) throws IOException {
    JsonNode read = JSON.readTree(json);
    String type = read.path("type").asText();
    int schema = read.path("schema").asInt();
    if (!type.equals(TYPE) || schema != SCHEMA) {
      throw new IOException(
          "type '%s' with schema %d is not '%s' with schema %d"
              .formatted(type, schema, TYPE, SCHEMA));
    }
    return JSON.treeToValue(read, TrainingProgress.class);
  }
}
