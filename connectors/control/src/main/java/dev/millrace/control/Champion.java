package dev.millrace.control;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * The version of a model that shall serve: MLflow's alias {@code champion}.
 *
 * @param version positive
 * @param previous the version that a rollback goes back to, or null
 * @param allowSignatureChange whether it may take another input or name other classes than the
 *     version before it
 */
@JsonInclude(JsonInclude.Include.NON_DEFAULT)
public record Champion(int version, Integer previous, boolean allowSignatureChange) {

  public Champion {
    requirePositive("version", version);
    if (previous != null) {
      requirePositive("previous", previous);
    }
  }

  private static void requirePositive(String key, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(key + ": " + value + " is not above 0");
    }
  }
}
