package dev.millrace.trainer.gate;

import dev.millrace.core.repository.ModelVersion;

/**
 * Another version was promoted while the gate compared. The next checkpoint is compared with that
 * version.
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
            + " serves by now; it is not promoted");
  }
}
