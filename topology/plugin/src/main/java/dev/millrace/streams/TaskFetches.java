package dev.millrace.streams;

import dev.millrace.core.image.BadImageException;
import dev.millrace.events.ImageReference;
import dev.millrace.streams.clients.HeldPartitions;
import dev.millrace.streams.fetch.FetchPool;
import dev.millrace.streams.fetch.FetchStalledException;
import dev.millrace.streams.fetch.FetchedImage;
import dev.millrace.streams.internals.RecordForwarder;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.errors.StreamsException;

/**
 * One task's access to the pool that fetches images. If an image cannot be fetched now, the task
 * gives up its work since the last commit. The task's partitions are then held until the image can
 * be fetched or is refused. Confined to its task's stream thread.
 */
final class TaskFetches {

  /**
   * The longest wait until a fetch may begin. After this time, the task gives up its work and tries
   * again later. Meanwhile, its thread can poll, commit and stop.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final FetchPool pool;
  private final LongSupplier nanoTime;

  private HeldPartitions held;

  /**
   * The image that made the task give up its work; null once the image can be fetched or is
   * refused.
   */
  private ImageReference missing;

  /** The task's input partitions; not known before the task gives up. */
  private Set<TopicPartition> partitions = Set.of();

  /**
   * @param pool the pool, or null
   * @param nanoTime the pool's clock
   */
  TaskFetches(FetchPool pool, LongSupplier nanoTime) {
    this.pool = pool;
    this.nanoTime = nanoTime;
  }

  /** To be called from the processor's {@code init}: when the task starts, and when it revives. */
  void open() {
    held = HeldPartitions.ofThisThread();
    if (missing != null) {
      held.hold(partitions, this::isMissing);
    }
  }

  /** To be called from the processor's {@code close}. */
  void close() {
    held.forget(partitions);
  }

  private boolean isMissing() {
    if (missing != null && !pool.isMissing(missing)) {
      missing = null;
    }
    return missing != null;
  }

  /**
   * Begins to fetch an image.
   *
   * @param deadline the latest time, in ns on the clock, until which this method waits for the
   *     permission to begin the fetch
   * @return the image, which is not empty; completes with an exception if the fetch fails
   * @throws BadImageException if there is no pool
   * @throws FetchStalledException if the fetch may not begin in time. If the image cannot be
   *     fetched now and partitions can be held, this method does not wait, because the thread's
   *     other tasks would wait, too
   */
  CompletableFuture<FetchedImage> fetch(ImageReference reference, long deadline) {
    if (pool == null) {
      throw new BadImageException(
          BadImageException.Reason.NOT_FETCHED,
          "the image is stored elsewhere (ce_dataref), and this stream fetches no images; send the"
              + " image itself");
    }
    boolean wait = !held.areApplied() || !pool.isAway(reference);
    long patience = wait ? PATIENCE.toNanos() : 0;
    try {
      pool.awaitTurn(reference, Math.min(deadline, nanoTime.getAsLong() + patience));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InferenceStalledError("interrupted while waiting for a fetch", e);
    }
    return pool.fetch(reference);
  }

  /**
   * Gives up the task's work, because an image cannot be fetched now.
   *
   * @param reference the image
   * @param reason why it cannot be fetched
   * @return the exception to throw
   */
  StreamsException giveUp(
      RecordForwarder<?, ?, ?> records, ImageReference reference, FetchStalledException reason) {
    missing = reference;
    partitions = records.inputPartitions();
    return records.giveUp(reason, held.areApplied());
  }
}
