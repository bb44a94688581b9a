package dev.millrace.streams.control;

import dev.millrace.core.repository.ModelVersion;
import java.util.Optional;

/** Serves one version of a model at a time, and can swap to another one. Thread-safe. */
public interface Swappable {

  /** {@return the version that serves, or that served last; empty if none was loaded yet} */
  Optional<ModelVersion> serving();

  /**
   * Swaps to another version, and returns once this version answers every batch that opens.
   *
   * @param version the candidate's number
   * @param allowSignatureChange whether the candidate may take another image size or have other
   *     classes than the current version
   * @return the candidate
   * @throws dev.millrace.core.model.ModelException if the candidate is refused; the current version
   *     then keeps serving
   */
  ModelVersion swap(int version, boolean allowSignatureChange);
}
