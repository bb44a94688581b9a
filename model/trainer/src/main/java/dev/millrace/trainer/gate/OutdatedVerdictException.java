package dev.millrace.trainer.gate;

import dev.millrace.core.repository.ModelVersion;

/**
 * Somebody promoted another version while the gate compared; the next checkpoint meets that one.
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
