package dev.millrace.streams.engine;

import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Gives each image a slot in the open batch, and applies back pressure while every slot is taken.
 * This bounds the engine's memory.
 *
 * <p>Called by the threads that submit images. Thread-safe, because the engine's lock guards every
 * access.
 */
final class Admission {

  private final EngineLock lock;
  private final BatchQueue batches;
  private final ServingVersion serving;
  private final LongSupplier nanoTime;
  private final QuietTime quiet;
  private final Condition room;
  private final BooleanSupplier hasRoom;
  private final BooleanSupplier hasRoomAhead;

  /**
   * True while there are too few free slots for the next few images. Written under the lock.
   * Without the lock, the value is only a hint.
   */
  private volatile boolean full;

  Admission(EngineLock lock, BatchQueue batches, ServingVersion serving, LongSupplier nanoTime) {
    this.lock = lock;
    this.batches = batches;
    this.serving = serving;
    this.nanoTime = nanoTime;
    this.quiet = new QuietTime(nanoTime);
    this.room = lock.newCondition();
    this.hasRoom = batches::hasRoom;
    this.hasRoomAhead = batches::hasRoomAhead;
  }

  /**
   * Takes a slot, and waits while every slot is taken. Does not wake a runner, because the batch
   * cannot run before its images are decoded.
   *
   * @param deadlineNanos the time at which the wait ends, in ns on the engine's clock
   * @throws EngineStalledException if the deadline passes, the thread is interrupted, or the engine
   *     stops
   */
  Batch.Slot claim(long deadlineNanos) {
    lock.lock();
    try {
      Batch.Slot slot;
      do {
        await(hasRoom, deadlineNanos);
        slot = batches.claim(nanoTime.getAsLong(), serving.current());
      } while (slot == null); // the only free slots were in a batch of another version
      full = !batches.hasRoomAhead();
      slot.model.metrics().submitted();
      return slot;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes slots for images that do not come from the stream. The method takes slots for all of
   * these images, or for none, and does not wait. The stream has priority. So this method takes no
   * slots while the stream waits for room, within one second after such a wait, or while a commit
   * waits.
   *
   * @param images number of images, at least 1
   * @param commitWaits returns whether a commit waits; called under the lock
   * @return the slots, all of one version; empty if the stream leaves too few slots
   * @throws EngineStalledException if the engine has stopped
   */
  List<Batch.Slot> claimSpare(int images, BooleanSupplier commitWaits) {
    lock.lock();
    try {
      lock.requireRunning();
      List<Batch.Slot> slots =
          leavesSlots(commitWaits)
              ? batches.claimSpare(images, nanoTime.getAsLong(), serving.current())
              : List.of();
      slots.forEach(slot -> slot.model.metrics().submitted());
      return slots;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Tests whether {@link #claimSpare} would find a slot for one image.
   *
   * @return whether there is a slot; false if the engine has stopped
   */
  boolean hasSpareSlot(BooleanSupplier commitWaits) {
    lock.lock();
    try {
      return !lock.hasStopped()
          && leavesSlots(commitWaits)
          && batches.spareRoom(serving.current()) > 0;
    } finally {
      lock.unlock();
    }
  }

  private boolean leavesSlots(BooleanSupplier commitWaits) {
    return !commitWaits.getAsBoolean() && quiet.hasPassed();
  }

  /**
   * Waits until there are slots for the next few images, but takes no slot. Takes no lock while
   * there is room.
   *
   * @param deadlineNanos the time at which the wait ends, in ns on the engine's clock
   * @throws EngineStalledException if the deadline passes, the thread is interrupted, or the engine
   *     stops
   */
  void awaitRoom(long deadlineNanos) {
    if (!full) {
      return;
    }
    lock.lock();
    try {
      await(hasRoomAhead, deadlineNanos);
    } finally {
      lock.unlock();
    }
  }

  /** {@return the object that knows whether the stream has recently waited for room} */
  QuietTime quiet() {
    return quiet;
  }

  /** Wakes the waiting threads, because a batch is free again. The caller must hold the lock. */
  void batchCameBack() {
    full = false;
    room.signalAll();
  }

  private void await(BooleanSupplier enough, long deadlineNanos) {
    if (!lock.hasStopped() && !enough.getAsBoolean()) {
      quiet.waitBegins();
      try {
        awaitSignals(enough, deadlineNanos);
      } finally {
        quiet.waitEnds();
      }
    }
    lock.requireRunning();
  }

  private void awaitSignals(BooleanSupplier enough, long deadlineNanos) {
    do {
      long left = deadlineNanos - nanoTime.getAsLong();
      if (left <= 0) {
        throw new EngineStalledException(
            "no batch became free in time: the device hangs, or is too slow for the allowed wait");
      }
      try {
        long ignored = room.awaitNanos(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new EngineStalledException("interrupted while waiting for the inference engine", e);
      }
    } while (!lock.hasStopped() && !enough.getAsBoolean());
  }
}
