package dev.millrace.streams;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.streams.engine.InferenceEngine;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * The engine of one {@link Inference}, with its model loaded from the first {@link #load} until
 * {@link #close}, even while no task runs. Several inferences can share one engine; only the
 * inference that owns the engine stops it. Thread-safe.
 */
final class KeptEngine {

  private final SharedEngine engine;
  private final boolean owned;
  private final AtomicReference<InferenceEngine> kept = new AtomicReference<>();
  private volatile boolean closed;

  /**
   * @param owned whether {@link #close} stops the engine
   */
  KeptEngine(SharedEngine engine, boolean owned) {
    this.engine = engine;
    this.owned = owned;
  }

  /**
   * Checks that the inference is open.
   *
   * @throws IllegalStateException if the inference was closed
   */
  void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the inference was closed; build another one");
    }
  }

  /**
   * Acquires the engine, and keeps it until {@link #close}.
   *
   * @param acquire acquires the engine
   * @return the version that serves
   * @throws InferenceStalledError if the inference is closed meanwhile
   */
  synchronized ModelVersion load(Supplier<InferenceEngine> acquire) {
    InferenceEngine running = acquire.get();
    if (kept.getAndSet(running) == running) {
      engine.release(running);
    }
    if (closed) {
      close();
      throw new InferenceStalledError("the inference was closed while it started", null);
    }
    return running.serving();
  }

  /**
   * Swaps to another version as {@link SharedEngine#swap} does. If the inference is closed
   * meanwhile, this method closes the engine that the swap may have started.
   *
   * @return the version that served before
   */
  Optional<ModelVersion> swap(ModelVersion candidate, boolean allowSignatureChange) {
    try {
      return engine.swap(candidate, allowSignatureChange);
    } finally {
      if (closed) {
        close();
      }
    }
  }

  /** Lets nobody load the model or swap any more. */
  void refuse() {
    closed = true;
  }

  /** Stops the engine and frees the model, or releases another inference's engine. */
  void close() {
    closed = true;
    InferenceEngine running = kept.getAndSet(null);
    if (owned) {
      engine.close();
    } else if (running != null) {
      engine.release(running);
    }
  }
}
