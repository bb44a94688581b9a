package dev.millrace.onnx.quantize;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * One thread for each processor. A session on the CPU runs on its calling thread, so several images
 * run at once.
 */
final class Workers implements AutoCloseable {

  private final ExecutorService pool =
      Executors.newFixedThreadPool(
          Runtime.getRuntime().availableProcessors(),
          task -> {
            Thread thread = new Thread(task, "quantize");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * Calls a function for each element.
   *
   * @return the results, in the order of the elements
   * @throws RuntimeException what the first failed call threw
   */
  <T, R> List<R> map(List<T> elements, Function<T, R> function) {
    List<Future<R>> running = new ArrayList<>();
    for (T element : elements) {
      running.add(pool.submit(() -> function.apply(element)));
    }
    List<R> results = new ArrayList<>();
    for (Future<R> each : running) {
      results.add(result(each));
    }
    return results;
  }

  private static <R> R result(Future<R> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof RuntimeException known
          ? known
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a model was quantised", e);
    }
  }

  /** Ends the threads after their current image. The method waits for them. */
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
