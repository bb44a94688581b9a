package dev.millrace.core.threads;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Threads that process several elements at the same time: by default, one thread for each
 * processor. Confined to one calling thread.
 */
public final class Workers implements AutoCloseable {

  /** Number of elements per thread that wait or are processed, so that no thread has to wait. */
  private static final int AHEAD = 2;

  private final ExecutorService pool;
  private final int most;

  /**
   * Starts one thread for each processor.
   *
   * @param name the threads' name
   */
  public Workers(String name) {
    this(name, count());
  }

  /**
   * Starts threads.
   *
   * @param name the threads' name
   * @param threads the number of threads
   */
  public Workers(String name, int threads) {
    this.most = AHEAD * threads;
    this.pool =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
  }

  /** {@return the number of processors} */
  public static int count() {
    return Runtime.getRuntime().availableProcessors();
  }

  /**
   * Calls a function for each element, as {@link #map(List, Function, BooleanSupplier)} does, but
   * without a stop signal.
   *
   * @param <T> the elements
   * @param <R> the results
   * @param elements the elements
   * @param function the function, which several threads call at once
   * @return the results, in the order of the elements
   * @throws RuntimeException the exception of the first failed call
   * @throws IllegalStateException if the calling thread is interrupted
   */
  public <T, R> List<R> map(List<T> elements, Function<T, R> function) {
    return map(elements, function, () -> false).orElseThrow();
  }

  /**
   * Calls a function for each element. When this method returns or throws, no call is in progress,
   * so the caller may close the objects that the function uses. If this method throws, or the stop
   * signal ends it, the threads have ended, and calls for later elements may have been left out.
   *
   * @param <T> the elements
   * @param <R> the results
   * @param elements the elements
   * @param function the function, which several threads call at once
   * @param stop called on the calling thread before each element is passed to the threads; if it
   *     returns true, no further call begins
   * @return the results, in the order of the elements, or empty if the calls were stopped
   * @throws RuntimeException the exception of the first failed call
   * @throws IllegalStateException if the calling thread is interrupted
   */
  public <T, R> Optional<List<R>> map(
      List<T> elements, Function<T, R> function, BooleanSupplier stop) {
    Queue<Future<R>> begun = new ArrayDeque<>();
    List<R> results = new ArrayList<>();
    boolean isComplete = false;
    try {
      for (T element : elements) {
        if (begun.size() == most) {
          results.add(result(begun.remove()));
        }
        if (stop.getAsBoolean()) {
          return Optional.empty();
        }
        begun.add(pool.submit(() -> function.apply(element)));
      }
      for (Future<R> call : begun) {
        results.add(result(call));
      }
      isComplete = true;
      return Optional.of(results);
    } finally {
      if (!isComplete) {
        close();
      }
    }
  }

  /**
   * {@return the result of a call, after its end} Throws the unchecked exception or the error that
   * ended the call.
   *
   * @throws IllegalStateException if the calling thread is interrupted, or a checked exception
   *     ended the call
   */
  public static <R> R result(Future<R> call) {
    try {
      return call.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof RuntimeException known
          ? known
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while other threads worked", e);
    }
  }

  /** Ends the threads after their current element, and waits until they have ended. */
  @Override
  public void close() {
    pool.shutdownNow();
    boolean interrupted = false;
    while (true) {
      try {
        if (pool.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
