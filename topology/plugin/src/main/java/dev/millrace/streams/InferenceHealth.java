package dev.millrace.streams;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The health of an {@link Inference} at one moment. It says nothing about the Kafka Streams client
 * and its threads. Immutable.
 *
 * @param ready whether the inference answers images
 * @param reason why the inference is not ready, or why it does not serve the promoted version; null
 *     if nothing is wrong
 * @param model the name of the model
 * @param version the version that serves, or that served last; null if none was loaded yet
 */
public record InferenceHealth(boolean ready, String reason, String model, Integer version) {

  /**
   * Returns the values in the form that Spring's {@code Health.Builder.withDetails} takes. For
   * MicroProfile, pass each value as text to {@code HealthCheckResponseBuilder.withData}.
   *
   * @return {@code model}, {@code version} and {@code reason}, without the values that are null
   */
  public Map<String, Object> details() {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("model", model);
    if (version != null) {
      details.put("version", version);
    }
    if (reason != null) {
      details.put("reason", reason);
    }
    return details;
  }
}
