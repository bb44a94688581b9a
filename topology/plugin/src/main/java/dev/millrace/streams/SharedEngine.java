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
import java.util.function.Supplier;

/**
 * The only engine of an {@link ImageInference}, which all of its tasks share. The first task starts
 * the engine. The engine stays open for 30 s after its last user has released it, because a
 * rebalance may revoke every task for a moment. If an engine stops by itself, the next task starts
 * another one, with the version that served last.
 *
 * <p>Thread-safe. The monitor guards the reference to the current start, and the number of users of
 * this start. No thread holds the monitor while it waits for a start, which may hang, or for an
 * engine to close.
 */
final class SharedEngine implements AutoCloseable {

  private static final Executor AFTER_30_S =
      CompletableFuture.delayedExecutor(30, TimeUnit.SECONDS);
  private static final Duration UNLIMITED = Duration.ofDays(1);

  private final Function<Optional<ModelVersion>, InferenceEngine> start;
  private final Executor afterIdleTime;
  private final Object swapping = new Object();
  private volatile ModelVersion serving;
  private EngineStart current;
  private boolean hasServed;
  private int users;
  private long acquisitions;

  /**
   * Creates a shared engine that closes after 30 s without users. Starts nothing yet.
   *
   * @param start starts an engine with the given version. For the first engine, the version may be
   *     missing. The function then chooses a version
   */
  SharedEngine(Function<Optional<ModelVersion>, InferenceEngine> start) {
    this(start, AFTER_30_S);
  }

  /**
   * @param afterIdleTime runs each task that it receives after a delay, the time for which an
   *     engine stays open without users
   */
  SharedEngine(Function<Optional<ModelVersion>, InferenceEngine> start, Executor afterIdleTime) {
    this.start = start;
    this.afterIdleTime = afterIdleTime;
  }

  /** {@return the version that serves, or that served last; empty if no version has served yet} */
  Optional<ModelVersion> serving() {
    return Optional.ofNullable(serving);
  }

  /**
   * {@return the engine that answers images now; empty if there is none} Does not start an engine.
   */
  synchronized Optional<InferenceEngine> running() {
    return current == null
        ? Optional.empty()
        : current.engine().filter(engine -> !engine.hasStopped());
  }

  /** {@return why no engine answers images now; empty if an engine answers them} */
  synchronized Optional<String> problem() {
    return current == null ? Optional.of("no model is loaded") : current.problem();
  }

  /** Acquires the engine as {@link #acquire(Duration)} does, without a limit on the wait. */
  InferenceEngine acquire() {
    return acquire(UNLIMITED, Optional::empty);
  }

  /**
   * Acquires the engine as {@link #acquire()} does, and chooses the version of the first engine.
   *
   * @param first returns the version, if no version has served yet and no engine is starting
   */
  InferenceEngine acquire(Supplier<ModelVersion> first) {
    return acquire(UNLIMITED, () -> Optional.of(first.get()));
  }

  /**
   * Swaps to another version, in the current engine and in the engines that replace it. If several
   * threads swap, they do so one after the other.
   *
   * @param allowSignatureChange whether the candidate may have another signature than the version
   *     that serves
   * @return the version that served before
   * @throws dev.millrace.core.model.ModelException if the candidate cannot be served; the current
   *     version then keeps serving
   * @throws IllegalStateException if {@link #close} is called meanwhile
   */
  Optional<ModelVersion> swap(ModelVersion candidate, boolean allowSignatureChange) {
    synchronized (swapping) {
      // If no version has served yet, starts the first version, so that the signatures can be
      // compared.
      InferenceEngine first = serving().isEmpty() ? acquire() : null;
      try {
        Optional<ModelVersion> previous = serving();
        if (!allowSignatureChange) {
          previous.ifPresent(candidate::requireSignatureOf);
        }
        swapEngines(candidate);
        return previous;
      } finally {
        if (first != null) {
          release(first);
        }
      }
    }
  }

  private void swapEngines(ModelVersion candidate) {
    boolean swapped = false;
    while (!swapped) {
      InferenceEngine running = acquire();
      try {
        running.swap(candidate);
        serving = candidate;
        // If the engine has stopped, its replacement may have started with the old version, so the
        // loop swaps again.
        swapped = !running.hasStopped() || isDetached();
      } catch (EngineStalledException e) {
        // The engine has stopped, so the next attempt starts a replacement and swaps there. After
        // close(), there must be no replacement.
        if (isDetached()) {
          throw new IllegalStateException("the engine was closed during the swap", e);
        }
      } finally {
        release(running);
      }
    }
  }

  /**
   * Acquires the engine, and starts one if none runs. Threads that call this during a start wait
   * for the same start, each up to its own limit. Pair each call with {@link #release}.
   *
   * @param limit how long to wait for the start; a start that takes longer is given up for all
   *     threads
   * @throws InferenceStalledError if the start was given up, or the thread was interrupted
   */
  InferenceEngine acquire(Duration limit) {
    return acquire(limit, Optional::empty);
  }

  private InferenceEngine acquire(Duration limit, Supplier<Optional<ModelVersion>> first) {
    EngineStart joined = join(first);
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

  /**
   * Counts one more user of the current start. If there is no current start, or if its engine has
   * stopped, begins another start.
   */
  private synchronized EngineStart join(Supplier<Optional<ModelVersion>> first) {
    if (current == null || !current.isUsable()) {
      EngineStart stopped = current;
      EngineStart next = new EngineStart();
      Optional<ModelVersion> version = serving().or(first);
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

  /**
   * Notes the version that an engine has started with. The caller calls this method before the
   * engine's first user gets the engine and can swap it.
   */
  private synchronized void noteServing(EngineStart joined, InferenceEngine engine) {
    if (joined == current && !hasServed) {
      hasServed = true;
      serving = engine.serving();
    }
  }

  /**
   * Releases an engine that {@link #acquire} returned. Has no effect if the engine was replaced or
   * closed.
   */
  synchronized void release(InferenceEngine acquired) {
    if (current != null && current.engine().filter(acquired::equals).isPresent()) {
      leave(current, "its last user has left");
    }
  }

  /**
   * Removes one user from the count. If no user is left, gives up a start in progress, or closes a
   * running engine after the idle time.
   */
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

  /**
   * {@return whether there is no current engine} While an engine has users, only {@link #close}
   * removes it.
   */
  private synchronized boolean isDetached() {
    return current == null;
  }

  private synchronized EngineStart detach() {
    EngineStart detached = current;
    current = null;
    return detached;
  }

  /**
   * Closes the engine now, even if tasks use it. If the engine is starting, this method gives up
   * the start. The threads that wait for the start fail, and the engine closes as soon as it has
   * started. The next task starts another engine.
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
