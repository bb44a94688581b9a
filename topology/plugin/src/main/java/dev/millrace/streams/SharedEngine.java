package dev.millrace.streams;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.streams.engine.EngineStalledException;
import dev.millrace.streams.engine.InferenceEngine;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * The one engine of an instance, shared by its tasks: started for the first, closed some time after
 * the last, because a rebalance may take every task away for a moment. An engine that has stopped
 * by itself is replaced for whoever comes next, with the version that it served last. Thread-safe.
 */
final class SharedEngine implements AutoCloseable {

  private static final long IDLE_SECONDS = 30;
  private static final Duration UNLIMITED = Duration.ofDays(1);

  private final Function<Optional<ModelVersion>, InferenceEngine> start;
  private volatile ModelVersion serving;
  private InferenceEngine engine;
  private int users;
  private long acquisitions;

  /**
   * @param start starts one with this version, or the very first one with whatever it chooses
   */
  SharedEngine(Function<Optional<ModelVersion>, InferenceEngine> start) {
    this.start = start;
  }

  /** The version that serves, or served last; empty if none ever did. */
  Optional<ModelVersion> serving() {
    return Optional.ofNullable(serving);
  }

  /** The running engine, started if need be, however long that takes. */
  InferenceEngine acquire() {
    return acquire(UNLIMITED);
  }

  /**
   * Has another version answer, in this engine and in those that may replace it. One swap at a
   * time.
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
        // It has stopped meanwhile: the next one shall swap.
      } finally {
        release(running);
      }
    }
  }

  /**
   * The running engine, started if need be. Each call is paired with {@link #release}.
   *
   * @param limit how long the start may take
   * @throws InferenceStalledError if it takes longer
   */
  synchronized InferenceEngine acquire(Duration limit) {
    if (engine != null && engine.hasStopped()) {
      closeInBackground(engine);
      engine = null;
      users = 0;
    }
    if (engine == null) {
      engine = startWithin(limit);
      serving = engine.serving();
    }
    users++;
    acquisitions++;
    return engine;
  }

  /** Loading and warming up run on the device, which may hang: not on the caller's thread, then. */
  private InferenceEngine startWithin(Duration limit) {
    CompletableFuture<InferenceEngine> starting = new CompletableFuture<>();
    inBackground("starter", () -> complete(starting));
    try {
      return starting.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      var unused = starting.thenAccept(InferenceEngine::close);
      throw new InferenceStalledError(
          "the model was not loaded and warm within " + limit.toMillis() + " ms: a device hangs",
          e);
    } catch (InterruptedException e) {
      var unused = starting.thenAccept(InferenceEngine::close);
      Thread.currentThread().interrupt();
      throw new InferenceStalledError("interrupted while the model was being loaded", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException("the model does not load: " + e.getCause(), e.getCause());
    }
  }

  private void complete(CompletableFuture<InferenceEngine> starting) {
    try {
      starting.complete(start.apply(Optional.ofNullable(serving)));
    } catch (Throwable e) {
      starting.completeExceptionally(e);
    }
  }

  /** Gives back what {@link #acquire} returned. */
  synchronized void release(InferenceEngine acquired) {
    if (acquired == engine && --users == 0) {
      long seen = acquisitions;
      CompletableFuture.delayedExecutor(IDLE_SECONDS, TimeUnit.SECONDS)
          .execute(() -> closeIfIdleSince(seen));
    }
  }

  private synchronized void closeIfIdleSince(long seen) {
    if (users == 0 && acquisitions == seen) {
      close();
    }
  }

  /** Closes the engine now, whoever uses it. */
  @Override
  public synchronized void close() {
    if (engine != null) {
      engine.close();
      engine = null;
      users = 0;
    }
  }

  private static void closeInBackground(InferenceEngine stopped) {
    inBackground("closer", stopped::close);
  }

  private static void inBackground(String role, Runnable work) {
    Thread thread = new Thread(work, "millrace-engine-" + role);
    thread.setDaemon(true);
    thread.start();
  }
}
