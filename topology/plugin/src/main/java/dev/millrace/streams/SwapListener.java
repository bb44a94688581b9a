package dev.millrace.streams;

import dev.millrace.core.repository.ModelVersion;
import java.util.Optional;

/** Called when an {@link Inference} begins to serve another version. */
@FunctionalInterface
public interface SwapListener {

  /**
   * Notes that another version serves. Called after the swap, on the thread that swapped. This is
   * the caller of {@link Inference#swap}, or the thread that follows promotions. An exception is
   * logged and otherwise ignored, because the swap has happened.
   *
   * @param previous the version that served before; empty if no version served before
   * @param serving the version that serves now
   */
  void onSwap(Optional<ModelVersion> previous, ModelVersion serving);
}
