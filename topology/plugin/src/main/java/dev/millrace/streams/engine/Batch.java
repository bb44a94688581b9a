package dev.millrace.streams.engine;

import dev.millrace.core.image.BadImageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Images that run together: a direct buffer {@code uint8[capacity, size, size, 3]}, and a slot with
 * an answer for each image.
 *
 * <p>The {@link EngineLock} guards everything but the pixels. One decoder writes the pixels of a
 * slot. A runner reads the pixels after all slots of the batch were settled (decoded or refused)
 * under that lock.
 */
final class Batch {

  private final ByteBuffer pixels;
  private final int bytesPerImage;
  private final Slot[] slots;
  private LoadedModel model;
  private int size;
  private int undecoded;
  private int spare;
  private long openedAt;
  private boolean hung;

  Batch(int capacity, int bytesPerImage) {
    this.pixels = ByteBuffer.allocateDirect(capacity * bytesPerImage);
    this.bytesPerImage = bytesPerImage;
    this.slots = new Slot[capacity];
  }

  /** One image's place in the batch. The {@link EngineLock} guards whether the slot is settled. */
  static final class Slot {
    final Batch batch;
    final ByteBuffer pixels;
    final LoadedModel model;
    final long submittedAt;
    final CompletableFuture<Classification> answer = new CompletableFuture<>();

    /** The image's trace. Set once, before a decoder gets the slot. */
    ImageTrace trace = ImageTrace.NONE;

    private boolean settled;
    private BadImageException refusal;

    private Slot(Batch batch, ByteBuffer pixels, long submittedAt) {
      this.batch = batch;
      this.pixels = pixels;
      this.model = batch.model;
      this.submittedAt = submittedAt;
    }

    /** {@return the reason why the image is refused and does not run; null if the image runs} */
    BadImageException refusal() {
      return refusal;
    }

    /** Counts the image as refused, and fails its answer. Not to be called under the lock. */
    void refuse(BadImageException refusal) {
      model.metrics().refused(refusal.reason());
      answer.completeExceptionally(refusal);
    }

    /**
     * Overwrites the pixels of an image whose runs fail. Otherwise, the pixels would stay in the
     * slot as padding and could make later batches fail, too.
     */
    void blacken() {
      for (int i = 0; i < pixels.limit(); i++) {
        pixels.put(i, (byte) 0);
      }
    }
  }

  /** Opens this empty batch for images that one version answers. */
  void open(LoadedModel model, long now) {
    this.model = model;
    openedAt = now;
  }

  /** Takes the next slot. */
  Slot claim(long now) {
    Slot slot = new Slot(this, pixels.slice(size * bytesPerImage, bytesPerImage), now);
    slots[size++] = slot;
    undecoded++;
    return slot;
  }

  /** Takes the next slot for an image that does not come from the stream. */
  Slot claimSpare(long now) {
    spare++;
    return claim(now);
  }

  /** {@return the number of slots whose images do not come from the stream} */
  int spare() {
    return spare;
  }

  /**
   * Notes that a slot's image was decoded or refused. Only the first report for a slot counts. So a
   * decoder that returns after its image was given up has no effect.
   *
   * @param refusal the reason why the image is refused, or null
   */
  void settle(Slot slot, BadImageException refusal) {
    if (!slot.settled) {
      slot.settled = true;
      slot.refusal = refusal;
      undecoded--;
    }
  }

  /**
   * Gives up a slot whose decoder has not returned. The decoder may write at any time, so the
   * buffer is never used again.
   */
  void abandon(Slot slot, BadImageException refusal) {
    if (!slot.settled) {
      hung = true;
      settle(slot, refusal);
    }
  }

  /**
   * {@return whether the batch holds the largest number of images that its version allows; the
   * buffer may have room for more}
   */
  boolean isFull() {
    return room() == 0;
  }

  /** {@return the number of images that still fit in the batch} */
  int room() {
    return model.maxBatchSize() - size;
  }

  /** {@return whether every image in the batch was decoded or refused} */
  boolean isDecoded() {
    return undecoded == 0;
  }

  /** {@return whether a decoder may still write to the batch} */
  boolean isHung() {
    return hung;
  }

  long openedAt() {
    return openedAt;
  }

  int size() {
    return size;
  }

  /** {@return the size of a slot's pixels, in bytes} */
  int bytesPerImage() {
    return bytesPerImage;
  }

  /** {@return the version that answers all images of the batch} */
  LoadedModel model() {
    return model;
  }

  Slot slot(int index) {
    return slots[index];
  }

  ByteBuffer pixels() {
    return pixels;
  }

  /** {@return the indexes of the slots whose images run, because they are not refused} */
  List<Integer> images() {
    List<Integer> images = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      if (slots[i].refusal == null) {
        images.add(i);
      }
    }
    return images;
  }

  /** Fails every incomplete answer with {@code failure}. */
  void fail(Throwable failure) {
    for (int i = 0; i < size; i++) {
      slots[i].answer.completeExceptionally(failure);
    }
  }

  /** Empties the batch for the next images. */
  void clear() {
    Arrays.fill(slots, 0, size, null);
    size = 0;
    spare = 0;
    model = null;
  }
}
