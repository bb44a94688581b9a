package dev.millrace.streams.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Decides which image goes into which batch, and which batch runs next. Has no threads and no
 * clock. Callers must hold the {@link EngineLock}.
 *
 * <p>One batch is open at a time. The open batch closes when it is full. When a runner asks for
 * work, the open batch also closes if its oldest image has waited for the linger time. The open
 * batch also closes when a runner asks for work, a commit waits and no batch runs. While every
 * runner is busy, the batch stays open and grows, because closing it would gain nothing.
 *
 * <p>A batch belongs to one version, and takes a lease of this version when the batch opens. If
 * another version has to answer the next image, that image closes the batch. The caller that takes
 * a batch out must give the batch's lease back.
 */
final class BatchQueue {

  /**
   * There is room for the next few images while at least a quarter of the open batch's slots is
   * free.
   */
  private static final int QUARTER = 4;

  private final long lingerNanos;
  private final IntFunction<Batch> allocate;
  private final Deque<Batch> free = new ArrayDeque<>();
  private final Deque<Batch> closed = new ArrayDeque<>();

  /** Number of batches that may still be allocated. */
  private int allocatable;

  private Batch open;

  /** Number of slots whose images do not come from the stream, in all batches. */
  private int spare;

  /**
   * @param batches largest number of batches that exist at once
   * @param lingerNanos longest time that an image waits for its batch to fill while a runner is
   *     idle
   * @param allocate allocates a batch; the argument is the number of bytes of one image
   */
  BatchQueue(int batches, long lingerNanos, IntFunction<Batch> allocate) {
    this.allocatable = batches;
    this.lingerNanos = lingerNanos;
    this.allocate = allocate;
  }

  /**
   * Takes a slot for an image. If a batch cannot be allocated, this method throws the error and
   * takes no lease. The next call tries again.
   *
   * @param serving the version that answers the image
   * @return the slot, or null while every batch is full or running
   */
  Batch.Slot claim(long now, LoadedModel serving) {
    if (!opened(now, serving)) {
      return null;
    }
    Batch.Slot slot = open.claim(now);
    closeIfFull();
    return slot;
  }

  /**
   * Takes slots for images that do not come from the stream. The method takes slots for all of
   * these images, or for none. One batch stays empty for the stream. All images that do not come
   * from the stream together get at most as many slots as one batch has. If a batch cannot be
   * allocated, this method throws the error and takes no slot.
   *
   * @param images number of images, at least 1
   * @param serving the version that answers all of these images
   * @return the slots; empty if there are too few
   */
  List<Batch.Slot> claimSpare(int images, long now, LoadedModel serving) {
    if (images > spareRoom(serving)) {
      return List.of();
    }
    if (images > roomOfOpen(serving)) {
      free.push(next(serving.bytesPerImage())); // may fail, so no slot is taken before
    }
    List<Batch.Slot> slots = new ArrayList<>(images);
    while (slots.size() < images) {
      boolean unused = opened(now, serving);
      slots.add(open.claimSpare(now));
      closeIfFull();
    }
    spare += images;
    return slots;
  }

  /** {@return the number of slots that are free now for images that do not come from the stream} */
  int spareRoom(LoadedModel serving) {
    int empty = free.size() + allocatable - 1; // without the batch that stays empty
    if (empty < 0) {
      return 0;
    }
    return Math.min(
        roomOfOpen(serving) + empty * serving.maxBatchSize(), serving.maxBatchSize() - spare);
  }

  private int roomOfOpen(LoadedModel serving) {
    return open == null || open.model() != serving ? 0 : open.room();
  }

  /** Opens a batch for a version, unless one is open. Returns false if no batch is empty. */
  private boolean opened(long now, LoadedModel serving) {
    if (open != null && open.model() != serving) {
      close();
    }
    if (open == null) {
      open = next(serving.bytesPerImage());
      if (open == null) {
        return false;
      }
      serving.lease();
      open.open(serving, now);
    }
    return true;
  }

  private void closeIfFull() {
    if (open.isFull()) {
      close();
    }
  }

  /**
   * {@return whether there is a slot for the next image, provided that the version of the open
   * batch answers this image}
   */
  boolean hasRoom() {
    return open != null || hasEmpty();
  }

  /**
   * Tests whether there is room for the next few images: a batch is empty, or at least a quarter of
   * the open batch's slots is free.
   */
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
    if (batch != null) {
      allocatable++; // a batch of the right size replaces it
    }
    if (allocatable == 0) {
      return null;
    }
    Batch made = allocate.apply(bytesPerImage);
    allocatable--; // after the allocation, which may fail
    return made;
  }

  private void close() {
    closed.add(open);
    open = null;
  }

  /**
   * Takes out the batch to run now. The oldest batch comes first. But while the images of a batch
   * are still being decoded, later batches may run before it. The open batch closes only if no
   * other batch can run.
   *
   * @param urgent true to close the open batch even if its linger has not passed
   * @return the batch, or null if none can run yet
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

  /**
   * {@return the time until the open batch's linger has passed, in ns; {@code Long.MAX_VALUE} if no
   * batch is open}
   */
  long nanosUntilDue(long now) {
    return open == null ? Long.MAX_VALUE : Math.max(0, lingerNanos - (now - open.openedAt()));
  }

  /**
   * Takes a batch back after its run. If a hung decoder may still write to the batch, another batch
   * replaces it.
   */
  void recycle(Batch batch) {
    spare -= batch.spare();
    if (batch.isHung()) {
      allocatable++;
    } else {
      batch.clear();
      free.push(batch);
    }
  }

  /** Takes out every batch that is not running. */
  List<Batch> drain() {
    if (open != null) {
      close();
    }
    List<Batch> batches = List.copyOf(closed);
    closed.clear();
    return batches;
  }
}
