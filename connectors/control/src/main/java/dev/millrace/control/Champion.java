package dev.millrace.control;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * The champion of a model: the version that all instances should serve. The name comes from
 * MLflow's alias {@code champion}.
 *
 * @param version the version's number, at least 1
 * @param previous the version that a rollback returns to, at least 1, or null
 * @param allowSignatureChange whether the version may take another input size or name other classes
 *     than the version before it
 */
@JsonInclude(JsonInclude.Include.NON_DEFAULT)
public record Champion(int version, Integer previous, boolean allowSignatureChange) {

  /**
   * Validates the version numbers.
   *
   * @param version the version's number, at least 1
   * @param previous the version that a rollback returns to, at least 1, or null
   * @param allowSignatureChange whether the version may take another input size or name other
   *     classes than the version before it
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
