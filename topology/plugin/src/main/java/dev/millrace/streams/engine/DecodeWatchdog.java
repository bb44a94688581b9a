package dev.millrace.streams.engine;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A thread that repeats a check at a fixed interval until it is closed. The check lets the {@link
 * DecodePool} give up decodes that hang.
 */
final class DecodeWatchdog implements AutoCloseable {

  private final Thread thread;

  /**
   * @param interval time between two checks; at least 1 ms
   * @param failed receives the check's exception; the thread then ends
   */
  DecodeWatchdog(
      EngineThreads threads, Duration interval, Runnable check, Consumer<Throwable> failed) {
    long millis = Math.max(1, interval.toMillis());
    thread = threads.make("millrace-decode-watchdog", () -> watch(millis, check, failed));
  }

  /** Starts the checks. To be called once. */
  void start() {
    thread.start();
  }

  private static void watch(long millis, Runnable check, Consumer<Throwable> failed) {
    try {
      while (true) {
        TimeUnit.MILLISECONDS.sleep(millis);
        check.run();
      }
    } catch (InterruptedException e) {
      // The watchdog was closed.
    } catch (Throwable e) {
      failed.accept(e);
    }
  }

  /** Ends the thread after the current check. May be called before {@link #start}. */
  @Override
  public void close() {
    thread.interrupt();
  }
}
