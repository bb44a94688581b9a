package dev.millrace.core.runtime;

import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.ModelVersion;

/** Opens sessions. The engine calls ONNX Runtime only through this interface. Thread-safe. */
public interface ModelRuntime {

  /**
   * Verifies a version's checksum and loads the version onto a device. Never falls back to another
   * device.
   *
   * @param version the version to load
   * @param device the device to run on
   * @return the session; the caller closes it
   * @throws ModelException if the version cannot be served on this device, for example because the
   *     version is corrupt or because CUDA is not installed
   */
  ModelSession open(ModelVersion version, Device device);
}
