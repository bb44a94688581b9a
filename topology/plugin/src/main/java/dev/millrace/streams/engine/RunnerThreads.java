package dev.millrace.streams.engine;

import dev.millrace.core.model.Device;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The threads of an engine's {@link DeviceRunner}s. Each device has one thread for each batch that
 * may run on the device at once. The threads end when the engine stops. Used by the threads that
 * start and close the engine.
 */
final class RunnerThreads {

  private final List<Thread> threads = new ArrayList<>();
  private final LongSupplier nanoTime;

  RunnerThreads(EngineThreads maker, RunQueue queue, EngineConfig config, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    for (Device device : config.devices()) {
      for (int i = 0; i < config.runsPerDevice(); i++) {
        threads.add(
            maker.make(
                "millrace-run-" + device + "-" + i, new DeviceRunner(queue, device, nanoTime)));
      }
    }
  }

  /** Starts all threads. To be called once. */
  void start() {
    threads.forEach(Thread::start);
  }

  /**
   * Waits until all started threads have ended, even if interrupted.
   *
   * @return false if one of them has not ended in time
   */
  boolean join(Duration timeout) {
    long deadline = nanoTime.getAsLong() + timeout.toNanos();
    boolean interrupted = false;
    for (Thread thread : threads) {
      long left;
      while (thread.isAlive() && (left = deadline - nanoTime.getAsLong()) > 0) {
        try {
          TimeUnit.NANOSECONDS.timedJoin(thread, left);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return threads.stream().noneMatch(Thread::isAlive);
  }
}
