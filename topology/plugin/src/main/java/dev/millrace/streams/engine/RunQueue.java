package dev.millrace.streams.engine;

import dev.millrace.core.image.BadImageException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.function.LongSupplier;

/**
 * Gives batches to the runners. The {@link DecodePool} reports which images are decoded. This class
 * gives each batch that is due to one {@link DeviceRunner}, and takes the batch back after its run.
 * When the engine stops, this class fails every image that has no answer.
 *
 * <p>Thread-safe, because the engine's lock guards every access.
 */
final class RunQueue implements DecodePool.Listener {

  private final EngineLock lock;
  private final BatchQueue batches;
  private final Admission admission;
  private final LongSupplier nanoTime;
  private final Condition work;
  private final Set<Batch> running = new HashSet<>();
  private int waitingCommits;

  RunQueue(EngineLock lock, BatchQueue batches, Admission admission, LongSupplier nanoTime) {
    this.lock = lock;
    this.batches = batches;
    this.admission = admission;
    this.nanoTime = nanoTime;
    this.work = lock.newCondition();
  }

  /** Waits for the next batch to run. Returns empty once the engine has stopped. */
  Optional<Batch> take() throws InterruptedException {
    lock.lock();
    try {
      while (!lock.hasStopped()) {
        long now = nanoTime.getAsLong();
        // While a batch runs, a waiting commit does not close the open batch, because the open
        // batch could not run any sooner.
        Batch batch = batches.take(now, hasWaitingCommit() && running.isEmpty());
        if (batch != null) {
          running.add(batch);
          return Optional.of(batch);
        }
        long due = batches.nanosUntilDue(now);
        if (due == Long.MAX_VALUE) {
          work.await();
        } else {
          long ignored = work.awaitNanos(due);
        }
      }
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes a batch back after its run, and gives the batch's lease back. All answers of the batch
   * must be complete.
   */
  void recycle(Batch batch) {
    LoadedModel model = batch.model();
    model.metrics().left(batch.size());
    lock.lock();
    try {
      running.remove(batch);
      batches.recycle(batch);
      admission.batchCameBack();
    } finally {
      lock.unlock();
    }
    model.giveBack(); // outside of the lock, because it may close sessions
  }

  /**
   * Changes the number of waiting commits. While a commit waits and no batch runs, no batch
   * lingers.
   */
  void addWaitingCommits(int by) {
    lock.lock();
    try {
      waitingCommits += by;
      work.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** {@return whether a commit waits} The caller must hold the lock. */
  boolean hasWaitingCommit() {
    return waitingCommits > 0;
  }

  @Override
  public void decoded(Batch.Slot slot, BadImageException refusal) {
    settle(slot, refusal, false);
  }

  @Override
  public void abandoned(Batch.Slot slot, BadImageException refusal) {
    settle(slot, refusal, true);
  }

  private void settle(Batch.Slot slot, BadImageException refusal, boolean hung) {
    Batch batch = slot.batch;
    lock.lock();
    try {
      if (hung) {
        batch.abandon(slot, refusal);
      } else {
        batch.settle(slot, refusal);
      }
      if (batch.isDecoded()) {
        work.signal();
      }
    } finally {
      lock.unlock();
    }
    if (refusal != null) {
      slot.refuse(refusal);
    }
  }

  @Override
  public void fatal(Throwable cause) {
    stop(cause);
  }

  /** Stops the engine and fails every image, even those whose run hangs. */
  void stop(Throwable cause) {
    failWaiting(cause);
    failRunning(cause);
  }

  /** Stops the engine and fails the images whose batch does not run yet. */
  void failWaiting(Throwable cause) {
    List<Batch> waiting;
    lock.lock();
    try {
      lock.stop(cause);
      waiting = batches.drain();
    } finally {
      lock.unlock();
    }
    EngineStalledException failure = failure(cause);
    for (Batch batch : waiting) {
      batch.fail(failure);
      batch.model().metrics().left(batch.size());
      batch.model().giveBack();
    }
  }

  /**
   * Fails the images whose batch runs at the moment. If the run ends later, its answers are
   * ignored.
   */
  void failRunning(Throwable cause) {
    EngineStalledException failure = failure(cause);
    lock.lock();
    try {
      running.forEach(batch -> batch.fail(failure));
    } finally {
      lock.unlock();
    }
  }

  private static EngineStalledException failure(Throwable cause) {
    return new EngineStalledException(
        "the inference engine has stopped: " + cause.getMessage(), cause);
  }
}
