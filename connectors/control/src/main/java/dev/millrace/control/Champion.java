package dev.millrace.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.regex.Pattern;

/**
 * The champion of a model: the version that all instances should serve. The name comes from
 * MLflow's alias {@code champion}.
 *
 * @param version the version's number, at least 1
 * @param previous the version that a rollback returns to, at least 1, or null
 * @param allowSignatureChange whether the version's input size and class names may differ from
 *     those of the version that it replaces
 * @param sha256 the checksum of the version's model file, 64 lower-case hexadecimal digits; null if
 *     a writer without checksums named the version
 */
@JsonInclude(JsonInclude.Include.NON_DEFAULT)
public record Champion(int version, Integer previous, boolean allowSignatureChange, String sha256) {

  private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

  /**
   * Validates the version numbers.
   *
   * @param version the version's number, at least 1
   * @param previous the version that a rollback returns to, at least 1, or null
   * @param allowSignatureChange whether the version's input size and class names may differ from
   *     those of the version that it replaces
   * @param sha256 the checksum of the version's model file, or null
   * @throws IllegalArgumentException if a version number is below 1, or the checksum is not 64
   *     lower-case hexadecimal digits
   */
  public Champion {
    requirePositive("version", version);
    if (previous != null) {
      requirePositive("previous", previous);
    }
    if (sha256 != null && !SHA_256.matcher(sha256).matches()) {
      throw new IllegalArgumentException(
          "sha256: '" + sha256 + "' is not 64 lower-case hexadecimal digits");
    }
  }

  /**
   * Creates a champion without a checksum.
   *
   * @param version the version's number, at least 1
   * @param previous the version that a rollback returns to, at least 1, or null
   * @param allowSignatureChange whether the version's input size and class names may differ from
   *     those of the version that it replaces
   */
  public Champion(int version, Integer previous, boolean allowSignatureChange) {
    this(version, previous, allowSignatureChange, null);
  }

  /**
   * {@return whether a version with this number and checksum is the champion} If the champion has
   * no checksum, any checksum matches.
   *
   * @param number the version's number
   * @param checksum the checksum of the version's model file
   */
  public boolean is(int number, String checksum) {
    return number == version && (sha256 == null || sha256.equals(checksum));
  }

  private static void requirePositive(String key, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(key + ": " + value + " must be at least 1");
    }
  }
}
