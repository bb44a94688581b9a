package dev.millrace.streams;

import dev.millrace.streams.engine.InferenceEngine;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The one engine of an instance, shared by its tasks: started for the first, closed some time after
 * the last, because a rebalance may take every task away for a moment. An engine that has stopped
 * by itself is replaced for whoever comes next. Thread-safe.
 */
final class SharedEngine implements AutoCloseable {

  private static final long IDLE_SECONDS = 30;

  private final Supplier<InferenceEngine> start;
  private InferenceEngine engine;
  private int users;
  private long acquisitions;

  SharedEngine(Supplier<InferenceEngine> start) {
    this.start = start;
  }

  /** The running engine, started if need be. Each call is paired with {@link #release}. */
  synchronized InferenceEngine acquire() {
    if (engine != null && engine.hasStopped()) {
      closeInBackground(engine);
      engine = null;
      users = 0;
    }
    if (engine == null) {
      engine = start.get();
    }
    users++;
    acquisitions++;
    return engine;
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

  /** A run that hangs would keep {@code close} waiting for ever. */
  private static void closeInBackground(InferenceEngine stopped) {
    Thread closer = new Thread(stopped::close, "millrace-engine-closer");
    closer.setDaemon(true);
    closer.start();
  }
}
