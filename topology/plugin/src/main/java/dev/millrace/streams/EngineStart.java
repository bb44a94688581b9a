package dev.millrace.streams;

import dev.millrace.streams.engine.InferenceEngine;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * An engine that starts, and the one future that all who want it wait for. It starts on another
 * thread, because the device may hang while the model loads and warms up.
 *
 * <p>The future is completed once: by the engine, by its failure, or by {@link #giveUp}. An engine
 * that comes after its start was given up is closed at once. Thread-safe.
 */
final class EngineStart {

  private final CompletableFuture<InferenceEngine> outcome = new CompletableFuture<>();

  /** Starts the engine on the calling thread. Called once. */
  void run(Supplier<InferenceEngine> start) {
    InferenceEngine engine;
    try {
      engine = start.get();
    } catch (Throwable e) {
      outcome.completeExceptionally(e);
      return;
    }
    if (!outcome.complete(engine)) {
      engine.close();
    }
  }

  /**
   * Waits for the engine. A start that takes longer is given up for all who wait for it: a device
   * that hangs does so for all of them.
   *
   * @throws InferenceStalledError if the start was given up
   * @throws RuntimeException the reason, if the engine does not start
   */
  InferenceEngine await(Duration limit) throws InterruptedException {
    try {
      return outcome.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      giveUp(
          "the model was not loaded and warm within " + limit.toMillis() + " ms: a device hangs",
          e);
      return join(); // it may have started in this very moment
    } catch (ExecutionException e) {
      return join();
    }
  }

  private InferenceEngine join() {
    try {
      return outcome.join();
    } catch (CompletionException e) {
      throw failure(e.getCause());
    }
  }

  /** What a thread that waited for the start throws; an error of its own, with its own stack. */
  private static RuntimeException failure(Throwable cause) {
    if (cause instanceof InferenceStalledError givenUp) {
      throw new InferenceStalledError(givenUp.getMessage(), givenUp);
    }
    return cause instanceof RuntimeException failure
        ? failure
        : new IllegalStateException("the model does not load: " + cause, cause);
  }

  /**
   * Gives the start up, unless it is over.
   *
   * @return false if it was over: there is an engine, or the reason why there is none
   */
  boolean giveUp(String reason, Throwable cause) {
    return outcome.completeExceptionally(new InferenceStalledError(reason, cause));
  }

  /** The engine, once it has started. */
  Optional<InferenceEngine> engine() {
    return outcome.isDone() && !outcome.isCompletedExceptionally()
        ? Optional.of(outcome.join())
        : Optional.empty();
  }

  /** True while it starts, and while its engine runs. */
  boolean isUsable() {
    return !outcome.isDone() || engine().filter(engine -> !engine.hasStopped()).isPresent();
  }

  /** Gives the start up, or closes the engine that came of it. */
  void close() {
    if (!giveUp("the engine was closed while it started", null)) {
      engine().ifPresent(InferenceEngine::close);
    }
  }
}
