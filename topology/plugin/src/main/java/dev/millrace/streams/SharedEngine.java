package dev.millrace.streams;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.streams.engine.EngineStalledException;
import dev.millrace.streams.engine.InferenceEngine;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * The one engine of an instance, shared by its tasks. It starts for the first task and closes some
 * time after the last, because a rebalance may take every task away for a moment. An engine that
 * has stopped by itself is replaced for the next task, with the version that it served last.
 * Thread-safe.
 */
final class SharedEngine implements AutoCloseable {

  private static final Executor AFTER_30_S =
      CompletableFuture.delayedExecutor(30, TimeUnit.SECONDS);
  private static final Duration UNLIMITED = Duration.ofDays(1);

  private final Function<Optional<ModelVersion>, InferenceEngine> start;
  private final Executor afterIdleTime;
  private volatile ModelVersion serving;
  private InferenceEngine engine;
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

  /** Starts on another thread, because the device may hang while it loads and warms up. */
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

  /** Gives back an engine that {@link #acquire} returned. */
  synchronized void release(InferenceEngine acquired) {
    if (acquired == engine && --users == 0) {
      long seen = acquisitions;
      afterIdleTime.execute(() -> closeIfIdleSince(seen));
    }
  }

  private synchronized void closeIfIdleSince(long seen) {
    if (acquisitions == seen) {
      close();
    }
  }

  /** Closes the engine now, even if tasks use it. */
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
