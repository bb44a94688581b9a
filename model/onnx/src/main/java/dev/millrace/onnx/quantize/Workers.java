package dev.millrace.onnx.quantize;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * One thread for each processor. A session on the CPU runs on its calling thread, so the threads
 * run several images at the same time. Confined to one calling thread.
 */
public final class Workers implements AutoCloseable {

  private final ExecutorService pool;

  /**
   * Starts the threads.
   *
   * @param name the threads' name
   */
  public Workers(String name) {
    this.pool =
        Executors.newFixedThreadPool(
            count(),
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
  }

  /** {@return the number of threads} */
  public static int count() {
    return Runtime.getRuntime().availableProcessors();
  }

  /**
   * Calls a function for each element. When this method returns or throws, no call is in progress,
   * so the caller may close the objects that the function uses.
   *
   * @param <T> the elements
   * @param <R> the results
   * @param elements the elements
   * @param function the function, which several threads call at once
   * @return the results, in the order of the elements
   * @throws RuntimeException the exception of the first failed call
   * @throws IllegalStateException if the calling thread is interrupted; the worker threads have
   *     then ended
   */
  public <T, R> List<R> map(List<T> elements, Function<T, R> function) {
    List<Callable<R>> calls =
        elements.stream().<Callable<R>>map(element -> () -> function.apply(element)).toList();
    try {
      return pool.invokeAll(calls).stream().map(Workers::result).toList();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
      throw new IllegalStateException("interrupted while a model was quantised", e);
    }
  }

  /** {@return the result of a call that has ended} */
  private static <R> R result(Future<R> ended) {
    try {
      return ended.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof RuntimeException known
          ? known
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e); // the call has ended, so nothing waits
    }
  }

  /** Ends the threads after their current image, and waits until they have ended. */
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
