package dev.millrace.streams.engine;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import java.time.Duration;
import java.util.List;

/**
 * How the engine decodes, batches and runs.
 *
 * @param devices where the model is loaded; batches go to whichever is free
 * @param maxBatchSize images a batch holds at most
 * @param longestRun what a run on a CPU should take at most: of a version that takes longer,
 *     batches are smaller, of one image at least. A CPU gains nothing by them then, and who commits
 *     waits for a run's end. {@link #UNLIMITED} to leave it at {@code maxBatchSize}
 * @param linger how long the oldest image of a batch waits for company while a device is idle
 * @param decodeThreads threads that decode
 * @param runsPerDevice batches in flight on each device at once
 * @param limits what one image may claim
 */
public record EngineConfig(
    List<Device> devices,
    int maxBatchSize,
    Duration longestRun,
    Duration linger,
    int decodeThreads,
    int runsPerDevice,
    ImageLimits limits) {

  /** The largest batch: bounds the memory of a batch's buffer. */
  public static final int MAX_BATCH_SIZE = 1024;

  /** A run may take as long as it does. */
  public static final Duration UNLIMITED = Duration.ofSeconds(Long.MAX_VALUE);

  public EngineConfig {
    devices = List.copyOf(devices);
    if (devices.isEmpty()) {
      throw new IllegalArgumentException("device: there is none; give cpu or cuda:N");
    }
    if (devices.stream().distinct().count() != devices.size()) {
      throw new IllegalArgumentException("device: " + devices + " names a device twice");
    }
    if (maxBatchSize < 1 || maxBatchSize > MAX_BATCH_SIZE) {
      throw new IllegalArgumentException(
          "max-batch-size: " + maxBatchSize + " is not between 1 and " + MAX_BATCH_SIZE);
    }
    if (longestRun.isNegative() || longestRun.isZero()) {
      throw new IllegalArgumentException("longest-run: " + longestRun + " is not above 0");
    }
    if (linger.isNegative() || linger.compareTo(Duration.ofSeconds(10)) > 0) {
      throw new IllegalArgumentException("linger: " + linger + " is not between 0 and 10 s");
    }
    if (decodeThreads < 1) {
      throw new IllegalArgumentException("decode-threads: " + decodeThreads + " is not above 0");
    }
    if (runsPerDevice < 1) {
      throw new IllegalArgumentException("runs-per-device: " + runsPerDevice + " is not above 0");
    }
  }

  /** One whose runs may take as long as they do. */
  public EngineConfig(
      List<Device> devices,
      int maxBatchSize,
      Duration linger,
      int decodeThreads,
      int runsPerDevice,
      ImageLimits limits) {
    this(devices, maxBatchSize, UNLIMITED, linger, decodeThreads, runsPerDevice, limits);
  }

  /**
   * Batches that may exist at once: those running, as many decoded and waiting, and one that fills.
   */
  int batches() {
    return 2 * devices.size() * runsPerDevice + 1;
  }
}
