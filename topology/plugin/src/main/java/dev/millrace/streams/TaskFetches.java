package dev.millrace.streams;

import dev.millrace.core.image.BadImageException;
import dev.millrace.events.ImageReference;
import dev.millrace.streams.fetch.FetchPool;
import dev.millrace.streams.fetch.FetchStalledException;
import dev.millrace.streams.fetch.FetchedImage;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/** One task's access to the pool that fetches images. Confined to its task's stream thread. */
final class TaskFetches {

  /**
   * The longest wait for a turn. While the origin of an image is away, the task gives up and tries
   * again after this time, so that its thread polls, commits and can be stopped.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final FetchPool pool;
  private final LongSupplier nanoTime;

  /**
   * @param pool the pool, or null
   * @param nanoTime the pool's clock
   */
  TaskFetches(FetchPool pool, LongSupplier nanoTime) {
    this.pool = pool;
    this.nanoTime = nanoTime;
  }

  /**
   * Begins to fetch an image.
   *
   * @param deadline the time at which the wait for a turn ends at the latest, in ns on the clock
   * @return the image, which is not empty, or a failure
   * @throws BadImageException if there is no pool
   * @throws FetchStalledException if the wait for a turn takes too long
   */
  CompletableFuture<FetchedImage> fetch(ImageReference reference, long deadline) {
    if (pool == null) {
      throw new BadImageException(
          BadImageException.Reason.NOT_FETCHED,
          "the image is stored elsewhere (ce_dataref), and this stream fetches no images; send the"
              + " image itself");
    }
    try {
      pool.awaitTurn(reference, Math.min(deadline, nanoTime.getAsLong() + PATIENCE.toNanos()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InferenceStalledError("interrupted while waiting for a fetch", e);
    }
    return pool.fetch(reference);
  }
}
