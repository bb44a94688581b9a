package dev.millrace.blobs;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/**
 * The time limit of one fetch. When the time is up, or the fetcher closes, the watch breaks off the
 * connection, so that the blocked thread of the fetch gets an exception.
 *
 * <p>Thread-safe: the thread of the fetch sets what to break off, and a timer's thread breaks it
 * off.
 */
final class Watch implements AutoCloseable {

  private final long end;
  private Future<?> timer = CompletableFuture.completedFuture(null);
  private Closeable connection = () -> {};
  private boolean over;
  private boolean closing;

  Watch(Duration limit) {
    this.end = System.nanoTime() + limit.toNanos();
  }

  synchronized void setTimer(Future<?> timer) {
    this.timer = timer;
  }

  /** Sets what to break off. Breaks it off at once if the time is up. */
  void guard(Closeable connection) {
    boolean late;
    synchronized (this) {
      this.connection = connection;
      late = over || closing;
    }
    if (late) {
      breakOff();
    }
  }

  /** The time is up. */
  void expire() {
    synchronized (this) {
      over = true;
    }
    breakOff();
  }

  /** The fetcher closes. */
  void cancel() {
    synchronized (this) {
      closing = true;
    }
    breakOff();
  }

  synchronized boolean isOver() {
    return over;
  }

  synchronized boolean isCancelled() {
    return closing;
  }

  /** {@return the time that is left; at least 1 ms} */
  Duration left() {
    return Duration.ofNanos(Math.max(1_000_000, end - System.nanoTime()));
  }

  private void breakOff() {
    Closeable current;
    synchronized (this) {
      current = connection;
    }
    try {
      current.close();
    } catch (IOException e) {
      // The connection is unusable in either case, and its reader gets an exception of its own.
    }
  }

  @Override
  public synchronized void close() {
    connection = () -> {};
    timer.cancel(false);
  }
}
