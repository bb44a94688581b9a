package dev.millrace.streams.engine;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The slots of an engine that its stream does not need, for images that do not come from records.
 * Such extra images join the stream's batches, but the stream has priority:
 *
 * <ul>
 *   <li>no extra image gets a slot while a commit waits, while the stream waits at its in-flight
 *       limit, or within one second after this wait;
 *   <li>one batch always stays empty for the stream;
 *   <li>all extra images together have at most as many slots as one batch.
 * </ul>
 *
 * <p>So the stream waits for at most one batch of extra images, and no commit waits for their
 * answers. Extra images have the same limits ({@link dev.millrace.core.image.ImageLimits}) and the
 * same metrics as the stream's images. Thread-safe.
 */
public interface SpareSlots {

  /** {@return the largest number of images in one call, which depends on the serving version} */
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
   * @return the answers, in the order of the images, which complete later as {@link
   *     InferenceEngine} describes; empty if the stream leaves too few slots
   * @throws EngineStalledException if the engine has stopped
   */
  Optional<List<CompletableFuture<Classification>>> submitIfSpare(List<byte[]> encoded);
}
