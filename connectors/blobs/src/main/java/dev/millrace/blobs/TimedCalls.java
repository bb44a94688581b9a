package dev.millrace.blobs;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs calls of the operating system on threads of its own, with a time limit. A call to a network
 * file system may hang until the server comes back, and nothing can break off such a call. A call
 * that exceeds the limit keeps its thread, so the number of calls is limited, too. Thread-safe.
 */
final class TimedCalls implements AutoCloseable {

  private final Duration limit;
  private final Semaphore permits;
  private final ExecutorService threads;

  /**
   * Creates no thread yet.
   *
   * @param limit the longest time to wait for a call
   * @param most the largest number of calls at the same time, including those that hang
   */
  TimedCalls(Duration limit, int most) {
    this.limit = limit;
    this.permits = new Semaphore(most);
    this.threads = Executors.newCachedThreadPool(DaemonThreads.named("millrace-fetch-file"));
  }

  /**
   * Runs a call.
   *
   * @return the result of the call
   * @throws ExecutionException if the call throws an exception, which is the cause
   * @throws IOException if the call does not end in time, if too many calls hang, or if the calling
   *     thread is interrupted. The call may then go on in the background
   */
  <T> T run(Callable<T> call) throws ExecutionException, IOException {
    if (!permits.tryAcquire()) {
      throw new SocketTimeoutException("too many calls hang");
    }
    CompletableFuture<T> result = new CompletableFuture<>();
    try {
      threads.execute(() -> complete(result, call));
    } catch (RejectedExecutionException | Error e) { // closed, or no thread can be created
      permits.release();
      throw new IOException(e);
    }
    try {
      return result.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new SocketTimeoutException("the call does not end");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }

  private <T> void complete(CompletableFuture<T> result, Callable<T> call) {
    T value = null;
    Throwable failure = null;
    try {
      value = call.call();
    } catch (Throwable e) { // the caller handles it
      failure = e;
    }
    permits.release(); // before the caller's next call
    if (failure == null) {
      result.complete(value);
    } else {
      result.completeExceptionally(failure);
    }
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
