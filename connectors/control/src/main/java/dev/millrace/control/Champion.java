package dev.millrace.control;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * The champion of a model: the version that all instances should serve. The name comes from
 * MLflow's alias {@code champion}.
 *
 * @param version the version's number, at least 1
 * @param previous the version that a rollback returns to, at least 1, or null
 * @param allowSignatureChange whether the version's input size and class names may differ from
 *     those of the version that it replaces
 */
@JsonInclude(JsonInclude.Include.NON_DEFAULT)
public record Champion(int version, Integer previous, boolean allowSignatureChange) {

  /**
   * Validates the version numbers.
   *
   * @param version the version's number, at least 1
   * @param previous the version that a rollback returns to, at least 1, or null
   * @param allowSignatureChange whether the version's input size and class names may differ from
   *     those of the version that it replaces
   * @throws IllegalArgumentException if a version number is below 1
   */
  public Champion {
    requirePositive("version", version);
    if (previous != null) {
      requirePositive("previous", previous);
    }
  }

  private static void requirePositive(String key, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(key + ": " + value + " must be at least 1");
    }
  }
}
