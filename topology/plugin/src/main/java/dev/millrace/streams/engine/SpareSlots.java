package dev.millrace.streams.engine;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The slots of an engine that its stream leaves, for images that are not records. The images join
 * the stream's batches, but the stream comes first:
 *
 * <ul>
 *   <li>no image finds a slot while a commit waits, or while the stream waits because it may have
 *       no more images in flight, nor for a second after such a wait of the stream;
 *   <li>one batch always stays empty for the stream;
 *   <li>all such images together have at most as many slots as one batch.
 * </ul>
 *
 * <p>So the stream has to wait for one batch of such images at most, and no commit waits for their
 * answers. Their limits ({@link dev.millrace.core.image.ImageLimits}) and their metrics are those
 * of the stream's images. Thread-safe.
 */
public interface SpareSlots {

  /** {@return the largest number of images in one call, which the serving version decides} */
  int maxBatchSize();

  /**
   * Tests whether one image would find a slot now. Another thread may take the slot at any time.
   *
   * @return whether there is a slot; false if the engine has stopped
   */
  boolean hasSpareSlot();

  /**
   * Queues images: all of them, or none. Does not wait. One version answers all of them.
   *
   * @param encoded the bytes of the image files, none of them empty; must not change before the
   *     answers complete
   * @return the answers, which complete later as {@link InferenceEngine} says, in the order of the
   *     images; empty if the stream leaves too few slots
   * @throws EngineStalledException if the engine has stopped
   */
  Optional<List<CompletableFuture<Classification>>> submitIfSpare(List<byte[]> encoded);
}
