package dev.millrace.streams;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.streams.engine.EngineStalledException;
import dev.millrace.streams.engine.InferenceEngine;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The one engine of an instance, shared by its tasks. It starts for the first task and closes some
 * time after the last, because a rebalance may take every task away for a moment. An engine that
 * has stopped by itself is replaced for the next task, with the version that it served last.
 *
 * <p>Thread-safe. Its monitor guards which start is the current one and who uses it. No thread
 * waits under the monitor: not for a start, which may hang, and not for an engine to close.
 */
final class SharedEngine implements AutoCloseable {

  private static final Executor AFTER_30_S =
      CompletableFuture.delayedExecutor(30, TimeUnit.SECONDS);
  private static final Duration UNLIMITED = Duration.ofDays(1);

  private final Function<Optional<ModelVersion>, InferenceEngine> start;
  private final Executor afterIdleTime;
  private volatile ModelVersion serving;
  private EngineStart current;
  private boolean hasServed;
  private int users;
  private long acquisitions;

  /**
   * An engine that is closed once it was idle for 30 s.
   *
   * @param start starts an engine with the given version, or the first one with the version that
   *     the function chooses
   */
  SharedEngine(Function<Optional<ModelVersion>, InferenceEngine> start) {
    this(start, AFTER_30_S);
  }

  /**
   * @param afterIdleTime runs a task once an engine without users has been idle for long enough
   */
  SharedEngine(Function<Optional<ModelVersion>, InferenceEngine> start, Executor afterIdleTime) {
    this.start = start;
    this.afterIdleTime = afterIdleTime;
  }

  /** The version that serves, or served last; empty if none ever did. */
  Optional<ModelVersion> serving() {
    return Optional.ofNullable(serving);
  }

  /** The running engine, started if need be, without a limit on how long that takes. */
  InferenceEngine acquire() {
    return acquire(UNLIMITED);
  }

  /**
   * Has another version answer, in this engine and in those that may replace it. The caller makes
   * one swap at a time.
   *
   * @throws dev.millrace.core.model.ModelException if it cannot be served; nothing has changed then
   */
  void swap(ModelVersion candidate) {
    boolean swapped = false;
    while (!swapped) {
      InferenceEngine running = acquire();
      try {
        running.swap(candidate);
        serving = candidate;
        // Its replacement may have started in between, with the version before.
        swapped = !running.hasStopped();
      } catch (EngineStalledException e) {
        // It has stopped meanwhile, so that the next one has to swap.
      } finally {
        release(running);
      }
    }
  }

  /**
   * The running engine, started if need be. All who come while it starts wait for the same start,
   * each no longer than its limit. Each call is paired with {@link #release}.
   *
   * @param limit how long to wait for the start; a start that takes longer is given up for all
   * @throws InferenceStalledError if the start was given up, or the thread was interrupted
   */
  InferenceEngine acquire(Duration limit) {
    EngineStart joined = join();
    try {
      InferenceEngine engine = joined.await(limit);
      noteServing(joined, engine);
      return engine;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      String reason = "interrupted while the model was being loaded";
      leave(joined, reason);
      throw new InferenceStalledError(reason, e);
    }
  }

  /** Counts one more user of the current start. */
  private synchronized EngineStart join() {
    if (current == null || !current.isUsable()) {
      EngineStart stopped = current;
      EngineStart next = new EngineStart();
      Optional<ModelVersion> version = serving();
      inBackground("starter", () -> next.run(() -> start.apply(version)));
      current = next;
      hasServed = false;
      users = 0;
      if (stopped != null) {
        inBackground("closer", stopped::close);
      }
    }
    users++;
    acquisitions++;
    return current;
  }

  /** Before the first user has the engine, so before a swap can change what it serves. */
  private synchronized void noteServing(EngineStart joined, InferenceEngine engine) {
    if (joined == current && !hasServed) {
      hasServed = true;
      serving = engine.serving();
    }
  }

  /** Gives back an engine that {@link #acquire} returned; one that was replaced or closed, too. */
  synchronized void release(InferenceEngine acquired) {
    if (current != null && current.engine().filter(acquired::equals).isPresent()) {
      leave(current, "its last user has left");
    }
  }

  /** Counts one user less. The last one gives up a start, and leaves an engine to the idle time. */
  private synchronized void leave(EngineStart left, String reason) {
    if (left == current && --users == 0 && !left.giveUp(reason, null)) {
      long seen = acquisitions;
      afterIdleTime.execute(() -> closeIfIdleSince(seen));
    }
  }

  private void closeIfIdleSince(long seen) {
    EngineStart idle;
    synchronized (this) {
      idle = acquisitions == seen ? detach() : null;
    }
    if (idle != null) {
      idle.close();
    }
  }

  private synchronized EngineStart detach() {
    EngineStart detached = current;
    current = null;
    return detached;
  }

  /**
   * Closes the engine now, even if tasks use it. This gives up a start that is under way: its
   * waiters fail, and its engine is closed if it still comes. The next task starts another engine.
   */
  @Override
  public void close() {
    EngineStart closing = detach();
    if (closing != null) {
      closing.close();
    }
  }

  private static void inBackground(String role, Runnable work) {
    Thread thread = new Thread(work, "millrace-engine-" + role);
    thread.setDaemon(true);
    thread.start();
  }
}
