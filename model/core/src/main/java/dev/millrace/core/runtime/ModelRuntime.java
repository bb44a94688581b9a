package dev.millrace.core.runtime;

import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.ModelVersion;

/** Opens sessions: the port behind which the inference engine lives. Thread-safe. */
public interface ModelRuntime {

  /**
   * Verifies a version's checksum and loads it onto a device.
   *
   * @throws ModelException if the version cannot be served there, for example because it is corrupt
   *     or because CUDA is not installed; nothing falls back to another device
   */
  ModelSession open(ModelVersion version, Device device);
}
