package dev.millrace.streams.engine;

import dev.millrace.core.model.Device;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The threads of an engine's {@link DeviceRunner}s. Used by who starts the engine and closes it.
 */
final class RunnerThreads {

  private final List<Thread> threads = new ArrayList<>();

  /** Starts as many a device as may run at once. */
  void start(InferenceEngine engine, EngineConfig config, LongSupplier nanoTime) {
    for (Device device : config.devices()) {
      for (int i = 0; i < config.runsPerDevice(); i++) {
        Thread thread =
            new Thread(
                new DeviceRunner(engine, device, nanoTime), "millrace-run-" + device + "-" + i);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
      }
    }
  }

  /** Waits for their end; false if one has not ended in time. */
  boolean join(Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    boolean interrupted = false;
    for (Thread thread : threads) {
      long left;
      while (thread.isAlive() && (left = deadline - System.nanoTime()) > 0) {
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
