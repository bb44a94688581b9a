package dev.millrace.streams;

import dev.millrace.core.image.BadImageException;
import dev.millrace.events.ImageEvent;
import dev.millrace.streams.engine.Classification;
import dev.millrace.streams.engine.EngineStalledException;
import dev.millrace.streams.engine.InferenceEngine;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * The shared engine as one task uses it: each wait has a limit, and a task that has waited in vain
 * gives the engine up. A task that is interrupted fails alone.
 *
 * <p>Every failure is remembered. Confined to its task's stream thread.
 */
final class TaskEngine {

  private final SharedEngine shared;
  private final TaskFailure failure;
  private final LongSupplier nanoTime;
  private InferenceEngine engine;
  private WaitLimit limit;

  /**
   * @param nanoTime the engine's clock, as {@link System#nanoTime}
   */
  TaskEngine(SharedEngine shared, TaskFailure failure, LongSupplier nanoTime) {
    this.shared = shared;
    this.failure = failure;
    this.nanoTime = nanoTime;
  }

  /** Acquires the engine, unless the task has it already. Paired with {@link #release}. */
  void acquire(WaitLimit limit) {
    this.limit = limit;
    if (engine == null) {
      engine = shared.acquire(limit.start());
    }
  }

  /** Gives the engine back, if the task has it. */
  void release() {
    if (engine != null) {
      shared.release(engine);
      engine = null;
    }
  }

  /** When a wait that begins now has to end. */
  long deadline() {
    return nanoTime.getAsLong() + limit.longest().toNanos();
  }

  /**
   * Hands an image to the engine, or has it refuse an event without one.
   *
   * @throws InferenceStalledError if the engine takes no image until the deadline
   */
  CompletableFuture<Classification> submit(ImageEvent event, long deadline) {
    if (event instanceof ImageEvent.Encoded encoded && encoded.bytes().length > 0) {
      try {
        return engine.submit(encoded.bytes(), deadline);
      } catch (EngineStalledException e) {
        throw stalled(e);
      }
    }
    if (event instanceof ImageEvent.Unreadable unreadable) {
      return engine.refuse(
          new BadImageException(BadImageException.Reason.UNREADABLE_EVENT, unreadable.reason()));
    }
    return engine.refuse(
        new BadImageException(
            BadImageException.Reason.EMPTY,
            event == null ? "the record has no value" : "the image is empty"));
  }

  /**
   * Waits until the engine has room for the next images.
   *
   * @throws InferenceStalledError if it has none until the deadline
   */
  void awaitRoom(long deadline) {
    try {
      engine.awaitRoom(deadline);
    } catch (EngineStalledException e) {
      throw stalled(e);
    }
  }

  /**
   * Waits until the oldest record in flight has its answer.
   *
   * @throws InferenceStalledError if it has none until the deadline
   */
  void awaitOldest(RecordLine<?> line, long deadline) {
    try {
      line.awaitOldest(Math.max(0, deadline - nanoTime.getAsLong()));
    } catch (TimeoutException e) {
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
    }
  }

  /** Begins a time in which a commit waits for the engine; closing ends it. */
  InferenceEngine.Urgency hurry() {
    return engine.hurry();
  }

  /** An interrupt is this task's alone; any other reason is one to give the engine up. */
  private InferenceStalledError stalled(EngineStalledException e) {
    return e.getCause() instanceof InterruptedException
        ? failure.remember(new InferenceStalledError(e.getMessage(), e))
        : giveUp(e.getMessage(), e);
  }

  /** Stops the engine for all tasks that share it, because its device would keep them waiting. */
  private InferenceStalledError giveUp(String reason, Exception cause) {
    InferenceStalledError stalled = failure.remember(new InferenceStalledError(reason, cause));
    engine.stop(stalled);
    return stalled;
  }
}
