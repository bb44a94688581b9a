package dev.millrace.trainer.gate;

import dev.millrace.core.repository.ModelVersion;

/**
 * Thrown if another version was promoted while the gate compared a checkpoint with the champion.
 * The gate will compare the next checkpoint with the newly promoted version.
 */
public final class OutdatedVerdictException extends RuntimeException {

  private static final long serialVersionUID = 1;

  OutdatedVerdictException(ModelVersion version, Integer compared, Integer serving) {
    super(
        version
            + " was compared with version "
            + compared
            + ", but version "
            + serving
            + " serves now, so it is not promoted");
  }
}
