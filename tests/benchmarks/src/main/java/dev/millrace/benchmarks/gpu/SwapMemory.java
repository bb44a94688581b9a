package dev.millrace.benchmarks.gpu;

import dev.millrace.core.model.Device;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.ModelRuntime;
import dev.millrace.decode.OpenCvImageDecoder;
import dev.millrace.streams.engine.Classification;
import dev.millrace.streams.engine.EngineConfig;
import dev.millrace.streams.engine.EngineMetrics;
import dev.millrace.streams.engine.InferenceEngine;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * The memory that a model version uses on the devices, and the growth of the memory in use when
 * versions are swapped under load.
 *
 * @param versionBytes memory that one version uses on all devices together, including the memory of
 *     its runs, in bytes
 * @param growth largest memory growth after any swap, divided by {@code versionBytes}
 */
record SwapMemory(long versionBytes, double growth) {

  private static final int SWAPS = 6;
  private static final double MOST_GROWTH = 0.5;
  // Number of full batches between two readings of the memory. With this number, every thread that
  // runs the model gets some of the batches.
  private static final int BATCHES = 10;
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration BETWEEN_READINGS = Duration.ofMillis(100);

  /**
   * Swaps between two versions several times while the engine runs at full load.
   *
   * @param used returns the memory in use on all devices together, in bytes
   * @param patience longest time to wait until the memory of the replaced version is freed
   * @throws IllegalStateException if a version's memory is not freed in time, or if an image gets
   *     no answer
   */
  static SwapMemory measure(
      EngineConfig config,
      ModelRuntime runtime,
      List<ModelVersion> versions,
      List<byte[]> pictures,
      LongSupplier used,
      Duration patience) {
    // A device keeps some memory after its first use. This memory belongs to no version, so the
    // devices are used once before the measurement.
    for (Device device : config.devices()) {
      runtime.open(versions.get(0), device).close();
    }
    long empty = used.getAsLong();
    try (InferenceEngine engine =
            InferenceEngine.start(
                config,
                runtime,
                versions.get(0),
                () -> new OpenCvImageDecoder(config.limits()),
                new EngineMetrics(new SimpleMeterRegistry()),
                System::nanoTime);
        Load load = new Load(engine, pictures)) {
      load.awaitAnswers(BATCHES * config.maxBatchSize());
      long before = used.getAsLong();
      long version = before - empty;
      if (version <= 0) {
        throw new IllegalStateException(
            "loading a version took no memory: " + empty + " bytes before, " + before + " after");
      }
      long most = before;
      for (int swap = 1; swap <= SWAPS; swap++) {
        engine.swap(versions.get(swap % versions.size()));
        load.awaitAnswers(BATCHES * config.maxBatchSize());
        most = Math.max(most, settled(used, before + (long) (MOST_GROWTH * version), patience));
      }
      return new SwapMemory(version, (double) (most - before) / version);
    }
  }

  private static long settled(LongSupplier used, long allowed, Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    long bytes = used.getAsLong();
    while (bytes > allowed) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "a swap does not free the old version's memory: "
                + bytes
                + " bytes are in use, but at most "
                + allowed
                + " were expected");
      }
      LockSupport.parkNanos(BETWEEN_READINGS.toNanos());
      bytes = used.getAsLong();
    }
    return bytes;
  }

  /** Submits images on a separate thread, and fails if an image gets no answer. */
  private static final class Load implements AutoCloseable {

    private static final int IN_FLIGHT = 4 * EngineConfig.MAX_BATCH_SIZE;

    private final InferenceEngine engine;
    private final List<byte[]> pictures;
    private final AtomicLong answered = new AtomicLong();
    private final Thread thread = new Thread(this::run, "load");
    private volatile Throwable failure;
    private volatile boolean stopped;

    Load(InferenceEngine engine, List<byte[]> pictures) {
      this.engine = engine;
      this.pictures = pictures;
      thread.start();
    }

    private void run() {
      Queue<CompletableFuture<Classification>> answers = new ArrayDeque<>();
      try {
        for (int i = 0; !stopped; i = (i + 1) % pictures.size()) {
          answers.add(engine.submit(pictures.get(i), System.nanoTime() + PATIENCE.toNanos()));
          while (answers.peek() != null
              && (answers.peek().isDone() || answers.size() > IN_FLIGHT)) {
            answers.remove().join();
            answered.incrementAndGet();
          }
        }
        answers.forEach(CompletableFuture::join);
      } catch (RuntimeException e) {
        failure = e;
      }
    }

    /** Waits until {@code more} images have been answered after this call. */
    void awaitAnswers(int more) {
      long wanted = answered.get() + more;
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (answered.get() < wanted) {
        if (failure != null || System.nanoTime() > deadline) {
          throw new IllegalStateException("an image got no answer", failure);
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      }
    }

    @Override
    public void close() {
      stopped = true;
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      if (failure != null) {
        throw new IllegalStateException("an image got no answer", failure);
      }
    }
  }
}
