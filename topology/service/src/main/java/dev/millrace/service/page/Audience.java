package dev.millrace.service.page;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Counts the open streams of events. The first stream opens the {@link Watch} of the service. The
 * watch closes some time after the last stream has ended. Without streams, there is no watch and no
 * thread. Thread-safe.
 */
final class Audience implements AutoCloseable {

  /**
   * Largest number of open streams. The number is limited because each stream occupies a thread.
   */
  static final int MOST = 8;

  private static final long THREAD_SECONDS = 1;

  private final Supplier<? extends AutoCloseable> opening;
  private final long lingerMillis;
  private final ScheduledThreadPoolExecutor thread;
  private AutoCloseable watch;
  private int streams;
  private boolean closed;

  /**
   * @param opening opens a watch; called on a thread of this class
   * @param lingerMillis how long the watch stays open after the last stream, in ms; above 0,
   *     because browsers connect again every few seconds
   */
  Audience(Supplier<? extends AutoCloseable> opening, long lingerMillis) {
    this.opening = opening;
    this.lingerMillis = lingerMillis;
    this.thread =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread created = new Thread(task, "millrace-page-audience");
              created.setDaemon(true);
              return created;
            });
    thread.setKeepAliveTime(THREAD_SECONDS, TimeUnit.SECONDS);
    thread.allowCoreThreadTimeOut(true);
  }

  /** Counts a new stream, and returns true. If too many streams are open, returns false. */
  synchronized boolean enter() {
    if (closed || streams == MOST) {
      return false;
    }
    if (++streams == 1) {
      thread.execute(this::open);
    }
    return true;
  }

  /** Counts the end of a stream. */
  @SuppressWarnings("FutureReturnValueIgnored") // the task ends with the executor
  synchronized void leave() {
    if (--streams == 0 && !closed) {
      thread.schedule(this::closeUnwatched, lingerMillis, TimeUnit.MILLISECONDS);
    }
  }

  /** {@return whether a watch is open} */
  synchronized boolean isWatching() {
    return watch != null;
  }

  private synchronized void open() {
    if (watch == null && !closed) {
      watch = opening.get();
    }
  }

  private synchronized void closeUnwatched() {
    if (streams == 0) {
      closeWatch();
    }
  }

  private void closeWatch() {
    if (watch != null) {
      try {
        watch.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      } finally {
        watch = null;
      }
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    closeWatch();
    thread.shutdownNow();
  }
}
