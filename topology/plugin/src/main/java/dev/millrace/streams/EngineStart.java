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
 * The start of an engine, with one future for all threads that wait for it. The engine starts on a
 * thread of its own, because the device may hang while the model loads and warms up.
 *
 * <p>The future completes once: with the engine, with the failure of the start, or by {@link
 * #giveUp}. If the start was given up and the engine starts nevertheless, the engine is closed at
 * once. Thread-safe.
 */
final class EngineStart {

  private final CompletableFuture<InferenceEngine> outcome = new CompletableFuture<>();

  /** Starts the engine on the calling thread. To be called once. */
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
   * Waits for the engine, up to a limit. If the start takes longer, this method gives up the start
   * for all waiting threads. Otherwise, a device that hangs would keep all of them waiting.
   *
   * @throws InferenceStalledError if the start was given up
   * @throws RuntimeException if the engine failed to start
   */
  InferenceEngine await(Duration limit) throws InterruptedException {
    try {
      return outcome.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      giveUp(
          "the model was not loaded and warmed up within "
              + limit.toMillis()
              + " ms: the device hangs or is slow; if it is only slow, raise max.poll.interval.ms",
          e);
      return join(); // the engine may have started just before giveUp()
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

  /**
   * Returns the exception that a waiting thread throws because the start failed. If the cause is an
   * {@link InferenceStalledError}, this method throws a new error with this thread's stack trace
   * instead.
   */
  private static RuntimeException failure(Throwable cause) {
    if (cause instanceof InferenceStalledError givenUp) {
      throw new InferenceStalledError(givenUp.getMessage(), givenUp);
    }
    return cause instanceof RuntimeException failure
        ? failure
        : new IllegalStateException("the model does not load: " + cause, cause);
  }

  /**
   * Gives up the start, unless it has ended. The threads that wait for the start then fail.
   *
   * @return false if the start had ended, with an engine or with a failure
   */
  boolean giveUp(String reason, Throwable cause) {
    return outcome.completeExceptionally(new InferenceStalledError(reason, cause));
  }

  /** {@return the engine, once it has started} */
  Optional<InferenceEngine> engine() {
    return outcome.isDone() && !outcome.isCompletedExceptionally()
        ? Optional.of(outcome.join())
        : Optional.empty();
  }

  /** {@return why the engine answers no images; empty if it answers them} */
  Optional<String> problem() {
    if (!outcome.isDone()) {
      return Optional.of("the model is being loaded");
    }
    try {
      return outcome.join().hasStopped()
          ? Optional.of("the engine has stopped; the next task starts another one")
          : Optional.empty();
    } catch (CompletionException e) {
      return Optional.of(words(e.getCause()));
    }
  }

  private static String words(Throwable failure) {
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }

  /** {@return whether the engine is starting or running} */
  boolean isUsable() {
    return !outcome.isDone() || engine().filter(engine -> !engine.hasStopped()).isPresent();
  }

  /** Gives up the start, or closes the engine if it has started. */
  void close() {
    if (!giveUp("the engine was closed while it started", null)) {
      engine().ifPresent(InferenceEngine::close);
    }
  }
}
