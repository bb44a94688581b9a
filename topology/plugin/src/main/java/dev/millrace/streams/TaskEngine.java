package dev.millrace.streams;

import dev.millrace.core.image.BadImageException;
import dev.millrace.streams.engine.Classification;
import dev.millrace.streams.engine.EngineStalledException;
import dev.millrace.streams.engine.ImageTrace;
import dev.millrace.streams.engine.InferenceEngine;
import dev.millrace.streams.fetch.FetchStalledException;
import dev.millrace.streams.fetch.FetchedImage;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * One task's access to the shared engine. Every wait has a limit. A task that has waited too long
 * stops the engine for all tasks that share it. If a task's thread is interrupted, only this task
 * fails.
 *
 * <p>If a wait fails, the task's {@link TaskFailure} remembers the failure. Confined to its task's
 * stream thread.
 */
final class TaskEngine {

  private final SharedEngine shared;
  private final TaskFailure failure;
  private final LongSupplier nanoTime;
  private InferenceEngine engine;
  private WaitLimit limit;
  private LongConsumer waited;

  /**
   * @param nanoTime the engine's clock, for example {@link System#nanoTime}
   */
  TaskEngine(SharedEngine shared, TaskFailure failure, LongSupplier nanoTime) {
    this.shared = shared;
    this.failure = failure;
    this.nanoTime = nanoTime;
  }

  /**
   * Acquires the engine, unless the task has it already. Pair this call with {@link #release}.
   *
   * @param waited receives the time of each wait for an answer, in ns
   * @throws InferenceStalledError if the engine does not start in time
   */
  void acquire(WaitLimit limit, LongConsumer waited) {
    this.limit = limit;
    this.waited = waited;
    if (engine == null) {
      engine = shared.acquire(limit.start());
    }
  }

  /** Releases the engine if the task has it. */
  void release() {
    if (engine != null) {
      shared.release(engine);
      engine = null;
    }
  }

  /** {@return the time, in ns on the engine's clock, by which a wait that begins now must end} */
  long deadline() {
    return nanoTime.getAsLong() + limit.longest().toNanos();
  }

  /**
   * Submits an image to the engine.
   *
   * @param image the encoded image, not empty
   * @param deadline the time at which the wait for a slot ends, in ns on the engine's clock
   * @param trace the image's trace
   * @return the answer, which may not be complete yet
   * @throws InferenceStalledError if the engine accepts no image before the deadline
   */
  CompletableFuture<Classification> submit(byte[] image, long deadline, ImageTrace trace) {
    long start = nanoTime.getAsLong();
    try {
      return engine.submit(image, deadline, trace);
    } catch (EngineStalledException e) {
      throw stalled(e);
    } finally {
      waited.accept(nanoTime.getAsLong() - start);
    }
  }

  /**
   * Submits an image to the engine when the fetch ends, on the thread that has fetched the image.
   *
   * @param image the image, or the failure of the fetch
   * @param trace the image's trace
   */
  @SuppressWarnings("FutureReturnValueIgnored") // thenCompose unwraps the nested future
  CompletableFuture<Classification> submitFetched(
      CompletableFuture<FetchedImage> image, ImageTrace trace) {
    InferenceEngine running = engine;
    return image
        .handle(
            (fetched, failure) -> {
              if (failure instanceof BadImageException refusal) {
                return running.refuse(refusal);
              }
              return failure == null
                  ? running.submit(fetched.encoded(), deadline(), trace)
                  : CompletableFuture.<Classification>failedFuture(failure);
            })
        .thenCompose(answer -> answer);
  }

  /** Returns the answer for a record that has no image, and counts the refusal. */
  CompletableFuture<Classification> refuse(BadImageException refusal) {
    return engine.refuse(refusal);
  }

  /**
   * Waits until the engine has room for the next images.
   *
   * @throws InferenceStalledError if the engine has no room before the deadline
   */
  void awaitRoom(long deadline) {
    long start = nanoTime.getAsLong();
    try {
      engine.awaitRoom(deadline);
    } catch (EngineStalledException e) {
      throw stalled(e);
    } finally {
      waited.accept(nanoTime.getAsLong() - start);
    }
  }

  /**
   * Waits until the oldest record in flight has its answer.
   *
   * @throws InferenceStalledError if the record has no answer before the deadline
   * @throws FetchStalledException if the record's image was not fetched before the deadline
   */
  void awaitOldest(RecordLine<?, ?> line, long deadline) {
    long start = nanoTime.getAsLong();
    boolean isFetching = line.fetching() != null;
    try {
      line.awaitOldest(Math.max(0, deadline - start));
    } catch (TimeoutException e) {
      if (line.fetching() != null) {
        throw new FetchStalledException(
            "an image was not fetched within " + limit.longest().toMillis() + " ms", e);
      }
      throw giveUp(
          "the device gave no answer within "
              + limit.longest().toMillis()
              + " ms; if it is only slow, make batches smaller or raise max.poll.interval.ms and,"
              + " under exactly-once, transaction.timeout.ms",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure.remember(
          new InferenceStalledError("interrupted while waiting for an answer", e));
    } finally {
      if (!isFetching) {
        waited.accept(nanoTime.getAsLong() - start);
      }
    }
  }

  /**
   * Tells the engine that the task has reached its limit of records in flight, until the caller
   * closes the returned object.
   */
  InferenceEngine.Urgency backlog() {
    return engine.backlog();
  }

  /** Tells the engine that a commit waits, until the caller closes the returned object. */
  InferenceEngine.Urgency hurry() {
    return engine.hurry();
  }

  /**
   * Returns the error for a failed wait. An interrupt fails this task alone; for any other reason,
   * the engine is stopped.
   */
  private InferenceStalledError stalled(EngineStalledException e) {
    return e.getCause() instanceof InterruptedException
        ? failure.remember(new InferenceStalledError(e.getMessage(), e))
        : giveUp(e.getMessage(), e);
  }

  /**
   * Stops the engine for all tasks that share it, because the engine's device would keep the other
   * tasks waiting, too.
   */
  private InferenceStalledError giveUp(String reason, Exception cause) {
    InferenceStalledError stalled = failure.remember(new InferenceStalledError(reason, cause));
    engine.stop(stalled);
    return stalled;
  }
}
