package dev.millrace.streams.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Which image goes into which batch, and which batch runs next. Pure decisions: no threads, no
 * clock, guarded by the engine's lock.
 *
 * <p>One batch is open at a time and closes when it is full; or, once a runner asks for work, when
 * its oldest image has waited {@code linger} or somebody is in a hurry. While every runner is busy
 * it stays open and grows, since closing it would gain nothing.
 *
 * <p>A batch is of one version, which it leases from the time it opens. An image for another one
 * closes it.
 */
final class BatchQueue {

  /** Whoever waits for room ahead wants one in so many of a batch's places free. */
  private static final int QUARTER = 4;

  private final long lingerNanos;
  private final IntFunction<Batch> allocate;
  private final Deque<Batch> free = new ArrayDeque<>();
  private final Deque<Batch> closed = new ArrayDeque<>();
  private int allocatable;
  private Batch open;

  /**
   * @param batches how many batches may exist at once
   * @param allocate makes one for images of so many bytes
   */
  BatchQueue(int batches, long lingerNanos, IntFunction<Batch> allocate) {
    this.allocatable = batches;
    this.lingerNanos = lingerNanos;
    this.allocate = allocate;
  }

  /**
   * Takes a place for an image, or null while every batch is full or running.
   *
   * @param serving the version that answers it
   */
  Batch.Slot claim(long now, LoadedModel serving) {
    if (open != null && open.model() != serving) {
      close();
    }
    if (open == null) {
      open = next(serving.bytesPerImage());
      if (open == null) {
        return null;
      }
      serving.lease();
      open.open(serving, now);
    }
    Batch.Slot slot = open.claim(now);
    if (open.isFull()) {
      close();
    }
    return slot;
  }

  /** True if the next image finds a place. */
  boolean hasRoom() {
    return open != null || hasEmpty();
  }

  /** True if the next few images find places, too: in an empty batch, or in a quarter of one. */
  boolean hasRoomAhead() {
    return hasEmpty() || (open != null && open.room() >= open.model().maxBatchSize() / QUARTER);
  }

  private boolean hasEmpty() {
    return !free.isEmpty() || allocatable > 0;
  }

  private Batch next(int bytesPerImage) {
    Batch batch = free.poll();
    if (batch != null && batch.bytesPerImage() == bytesPerImage) {
      return batch;
    }
    if (batch == null && allocatable == 0) {
      return null;
    }
    if (batch == null) {
      allocatable--;
    }
    return allocate.apply(bytesPerImage);
  }

  private void close() {
    closed.add(open);
    open = null;
  }

  /**
   * The batch a runner should run now, or null. The oldest comes first, except that one whose
   * images are still being decoded does not hold up the next. The open one is closed only if there
   * is no other.
   *
   * @param urgent true to close the open batch without linger
   */
  Batch take(long now, boolean urgent) {
    Batch batch = takeDecoded();
    if (batch == null && open != null && (urgent || nanosUntilDue(now) == 0)) {
      close();
      batch = takeDecoded();
    }
    return batch;
  }

  private Batch takeDecoded() {
    for (Iterator<Batch> batches = closed.iterator(); batches.hasNext(); ) {
      Batch batch = batches.next();
      if (batch.isDecoded()) {
        batches.remove();
        return batch;
      }
    }
    return null;
  }

  /** Nanoseconds until the open batch's linger is over; {@code Long.MAX_VALUE} if none is open. */
  long nanosUntilDue(long now) {
    return open == null ? Long.MAX_VALUE : Math.max(0, lingerNanos - (now - open.openedAt()));
  }

  /**
   * Takes a batch back after its run. One that a hung decoder may still write to is dropped and
   * replaced.
   */
  void recycle(Batch batch) {
    if (batch.isHung()) {
      allocatable++;
    } else {
      batch.clear();
      free.push(batch);
    }
  }

  /** Takes out every batch that has not been taken to run. */
  List<Batch> drain() {
    if (open != null) {
      close();
    }
    List<Batch> batches = List.copyOf(closed);
    closed.clear();
    return batches;
  }
}
