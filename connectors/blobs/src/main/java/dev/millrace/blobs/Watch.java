package dev.millrace.blobs;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/**
 * The time limit of one fetch. When the time is up or the fetcher is closed, the watch aborts the
 * connection. The thread that is blocked in the fetch then gets an exception.
 *
 * <p>Thread-safe: the thread of the fetch sets the connection, and a timer's thread aborts it.
 */
final class Watch implements AutoCloseable {

  private final long end;
  private volatile long receivedAt = System.nanoTime();
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

  /**
   * Sets the connection to abort. Aborts it at once if the time is already up or the fetcher is
   * closed.
   */
  void guard(Closeable connection) {
    boolean late;
    synchronized (this) {
      this.connection = connection;
      late = hasEnded();
    }
    if (late) {
      breakOff();
    }
  }

  /** Aborts the connection because the time is up. */
  void expire() {
    synchronized (this) {
      over = true;
    }
    breakOff();
  }

  /** Aborts the connection because the fetcher is closed. */
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

  /** {@return whether the connection was aborted, for either reason} */
  synchronized boolean hasEnded() {
    return over || closing;
  }

  /** Notes that data has arrived. */
  void received() {
    receivedAt = System.nanoTime();
  }

  /** {@return the time since data arrived last, or since the beginning of the fetch} */
  Duration silence() {
    return Duration.ofNanos(System.nanoTime() - receivedAt);
  }

  /** {@return the remaining time, at least 1 ms} */
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
      // Ignored, because the connection is unusable even if closing it fails, so the reading thread
      // gets an exception anyway.
    }
  }

  @Override
  public synchronized void close() {
    connection = () -> {};
    timer.cancel(false);
  }
}
