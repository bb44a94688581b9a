package dev.millrace.streams.engine;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The version that answers new batches.
 *
 * <p>The version changes only under the engine's lock. {@link Admission} reads the version under
 * the same lock, so a batch never opens with a version that was given back. Other readers need no
 * lock. Thread-safe.
 */
final class ServingVersion {

  private final EngineLock lock;
  private final AtomicBoolean retired = new AtomicBoolean();
  private volatile LoadedModel current;

  /** Takes over the caller's lease of the first version. */
  ServingVersion(EngineLock lock, LoadedModel first) {
    this.lock = lock;
    this.current = first;
    first.metrics().serving(true);
  }

  LoadedModel current() {
    return current;
  }

  /**
   * Lets {@code next} answer all new batches, and gives the old version back. Takes over the
   * caller's lease of {@code next}, even if this method throws.
   *
   * @throws EngineStalledException if the engine has stopped; {@code next} is then given back
   */
  void swap(LoadedModel next) {
    LoadedModel givenBack = next;
    lock.lock();
    try {
      lock.requireRunning();
      givenBack = current;
      current = next;
      givenBack.metrics().serving(false);
      next.metrics().serving(true);
    } finally {
      lock.unlock();
      givenBack.giveBack(); // outside of the lock, because it may close sessions
    }
  }

  /**
   * Gives the engine's own lease back. Further calls have no effect. The engine must have stopped.
   */
  void retire() {
    if (!retired.getAndSet(true)) {
      current.metrics().serving(false);
      current.giveBack();
    }
  }
}
