package dev.millrace.streams.engine;

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
  private final Condition room;
  private final BooleanSupplier hasRoom;
  private final BooleanSupplier hasRoomAhead;

  /**
   * True while the next few images would not all find slots. Written under the lock. Without the
   * lock, the value is only a hint.
   */
  private volatile boolean full;

  Admission(EngineLock lock, BatchQueue batches, ServingVersion serving, LongSupplier nanoTime) {
    this.lock = lock;
    this.batches = batches;
    this.serving = serving;
    this.nanoTime = nanoTime;
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
      } while (slot == null); // the only room was in a batch of another version
      full = !batches.hasRoomAhead();
      slot.model.metrics().submitted();
      return slot;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until the next few images find slots, without taking one. Takes no lock while there is
   * room.
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

  /** Wakes the waiting threads, because a batch is free again. The caller must hold the lock. */
  void batchCameBack() {
    full = false;
    room.signalAll();
  }

  private void await(BooleanSupplier enough, long deadlineNanos) {
    while (!lock.hasStopped() && !enough.getAsBoolean()) {
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
    }
    lock.requireRunning();
  }
}
