package dev.millrace.streams.control;

import dev.millrace.control.Champion;
import dev.millrace.core.repository.ModelVersion;
import java.util.Optional;

/** Serves one version of a model at a time, and can swap to another one. Thread-safe. */
public interface Swappable {

  /** {@return the version that serves, or that served last; empty if none was loaded yet} */
  Optional<ModelVersion> serving();

  /**
   * Swaps to another version. Returns when this version answers all new batches.
   *
   * @param champion the candidate: its number, its required checksum, and whether its image size
   *     and its classes may differ from the current version's
   * @return the candidate
   * @throws dev.millrace.core.model.ModelException if the candidate is refused; the current version
   *     then keeps serving
   */
  ModelVersion swap(Champion champion);

  /**
   * Swaps to another version as {@link #swap(Champion)} does, but does not compare the version's
   * checksum.
   *
   * @param version the candidate's number
   * @param allowSignatureChange whether the candidate's image size and classes may differ from the
   *     current version's
   * @return the candidate
   * @throws dev.millrace.core.model.ModelException if the candidate is refused; the current version
   *     then keeps serving
   */
  default ModelVersion swap(int version, boolean allowSignatureChange) {
    return swap(new Champion(version, null, allowSignatureChange));
  }
}
